package dev.unmask.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Admission;
import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import dev.unmask.image.Preset;
import dev.unmask.task.Catalog;
import dev.unmask.task.Preparation;
import dev.unmask.task.View;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Function;

/// What the image routes have in common: read what is asked, be admitted, decode, run, tell.
///
/// A request is refused as early as can be: before its pictures are decoded if its options are wrong, its model cannot
/// do this, the queue is full or its deadline has passed.
@Singleton
final class Desk {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Catalog catalog;
    private final Preparation preparation;

    Desk(Catalog catalog, Preparation preparation) {
        this.catalog = catalog;
        this.preparation = preparation;
    }

    /// Answers a request in the form that its caller accepts.
    ///
    /// @param menu what this route takes
    <T> HttpResponse<?> answer(HttpRequest<?> request, byte[] body, Menu menu, Function<Options, Route<T>> route) {
        Exchange exchange = Exchange.of(request);
        Asked asked = Asked.of(request, body, menu);
        Route<T> chosen = route.apply(asked.options());
        exchange.waitsFor(asked.options());
        Form form = Form.accepted(request);
        return catalog.use(asked.options().given(Options.MODEL), model -> {
            List<T> results = run(asked, chosen, model, exchange);
            byte[] answer = exchange.timing().of("encode", () -> switch (form) {
                case JSON -> json(asked, model.card(), results, chosen);
                case PNG -> png(results, model.card(), chosen);
                case RAW -> raw(results, chosen);
            });
            return HttpResponse.ok(answer).contentType(form.type());
        });
    }

    /// One result for each picture.
    <T> List<T> run(Asked asked, Route<T> route, Model model, Exchange exchange) {
        Card card = model.card();
        Preset given = asked.options().given(Options.PRESET);
        Preset preset = given == null ? Preset.of(card.preprocess()) : given;
        boolean exif = asked.options().get(Options.EXIF);
        int rows = route.rows() * asked.images().size();
        try (Admission admission = model.admit(exchange, rows)) {
            Function<List<View>, List<T>> task = route.on(admission.model());
            List<View> views = exchange.timing()
                    .of("decode", () -> preparation.views(asked.images(), exif, preset, card, exchange));
            return task.apply(views);
        }
    }

    private static <T> byte[] json(Asked asked, Card card, List<T> results, Route<T> route) {
        try {
            return JSON.writeValueAsBytes(
                    asked.several() ? route.answer(results, card) : route.answer(results.getFirst(), card));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer cannot be written as JSON", e);
        }
    }

    private static <T> byte[] png(List<T> results, Card card, Route<T> route) {
        if (results.size() > 1) {
            throw UnmaskException.invalid(
                    results.size() + " pictures do not fit into one image/png; accept application/json");
        }
        return route.png(results.getFirst(), card);
    }

    /// All results one after the other.
    private static <T> byte[] raw(List<T> results, Route<T> route) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        results.forEach(result -> bytes.writeBytes(route.raw(result)));
        return bytes.toByteArray();
    }
}
