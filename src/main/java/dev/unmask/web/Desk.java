package dev.unmask.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Admission;
import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import dev.unmask.door.Coding;
import dev.unmask.door.Exchange;
import dev.unmask.door.Exchanges;
import dev.unmask.door.Intake;
import dev.unmask.door.Options;
import dev.unmask.door.Problems;
import dev.unmask.image.Preset;
import dev.unmask.task.Catalog;
import dev.unmask.task.Listener;
import dev.unmask.task.Preparation;
import dev.unmask.task.View;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.HttpServerConfiguration;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// What the image routes have in common: read what is asked, be admitted, decode, run, tell.
///
/// A request is refused as early as can be: before its pictures are decoded if its options are wrong, its model cannot
/// do this, the queue is full or its deadline has passed.
@Singleton
final class Desk {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Which model answered, where the answer itself cannot say it.
    private static final String DIGEST = "x-model-digest";

    private static final int WORTH_PACKING = 1024;

    private final Catalog catalog;
    private final Preparation preparation;
    private final Listener listener;
    private final int maxBody;

    Desk(Catalog catalog, Preparation preparation, Listener listener, HttpServerConfiguration server) {
        this.catalog = catalog;
        this.preparation = preparation;
        this.listener = listener;
        this.maxBody = Math.toIntExact(server.getMaxRequestSize());
    }

    /// The whole body of a request, unpacked.
    byte[] read(HttpRequest<?> request) {
        byte[] body = Intake.unpacked(request, maxBody);
        if (body.length == 0) {
            throw UnmaskException.invalid("the body is empty");
        }
        return body;
    }

    /// Answers a request in the form that its caller accepts, or says why not.
    ///
    /// @param menu what this route takes
    <T> HttpResponse<?> answer(HttpRequest<?> request, Menu menu, Function<Options, Route<T>> route) {
        try {
            return answered(request, menu, route);
        } catch (UnmaskException refusal) {
            return Problems.of(request, refusal); // here rather than by a handler, which the server looks for each time
        }
    }

    /// Answers are functions of their requests, so a caller that holds one already is told so, with 304, before
    /// anything is decoded. (RFC 9110 has 412 for a POST, which it takes for a change; ours change nothing.)
    private <T> HttpResponse<?> answered(HttpRequest<?> request, Menu menu, Function<Options, Route<T>> route) {
        Exchange exchange = Exchanges.of(request);
        knock(request, exchange);
        Asked asked = Asked.of(request, read(request), menu);
        Route<T> chosen = route.apply(asked.options());
        Long patience = asked.options().given(Options.TIMEOUT);
        if (patience != null) {
            exchange.waits(Duration.ofMillis(patience));
        }
        Form form = Form.accepted(request, chosen.forms());
        return catalog.use(exchange.caller(), asked.options().given(Options.MODEL), model -> {
            Tag early = Tag.mayBeHeldBy(request) ? Tag.of(request, asked, form, model.card()) : null;
            if (early != null && early.isHeldBy(request)) {
                return cached(HttpResponse.notModified(), early);
            }
            List<T> results = run(asked, chosen, model, exchange);
            byte[] answer = exchange.timing().of("encode", () -> switch (form) {
                case JSON -> json(asked, model.card(), results, chosen);
                case PNG -> png(results, model.card(), chosen);
                case RAW -> raw(results, chosen);
            });
            MutableHttpResponse<byte[]> response = HttpResponse.<byte[]>ok()
                    .contentType(form.type())
                    .header(DIGEST, model.card().digest());
            return cached(
                    form == Form.JSON ? packed(request, response, answer) : response.body(answer),
                    early == null ? Tag.of(request, asked, form, model.card()) : early);
        });
    }

    /// Turns a caller away for whom there is no room, before the picture has come in. Of JSON, only the body tells for
    /// how many.
    private void knock(HttpRequest<?> request, Exchange exchange) {
        if (!Asked.isJson(request)) {
            boolean _ = catalog.use(exchange.caller(), request.getParameters().get(Options.MODEL.name()), model -> {
                exchange.meant(model.card().name(), 1);
                model.admit(exchange, 1).close();
                return true;
            });
        }
    }

    /// Packed on the thread of the request, since an answer may be long and the server would do it where it reads and
    /// writes for everybody.
    private static MutableHttpResponse<byte[]> packed(
            HttpRequest<?> request, MutableHttpResponse<byte[]> response, byte[] answer) {
        Coding coding = answer.length < WORTH_PACKING ? Coding.IDENTITY : Coding.accepted(request);
        return coding == Coding.IDENTITY
                ? response.body(answer)
                : response.header(HttpHeaders.CONTENT_ENCODING, coding.headerName())
                        .body(coding.pack(answer));
    }

    /// May be kept by its caller, who asks each time whether it still holds.
    private static MutableHttpResponse<?> cached(MutableHttpResponse<?> response, Tag tag) {
        return response.header(HttpHeaders.ETAG, tag.value())
                .header(HttpHeaders.CACHE_CONTROL, "private, no-cache")
                .header(HttpHeaders.VARY, "accept, accept-encoding");
    }

    /// One result for each picture.
    <T> List<T> run(Asked asked, Route<T> route, Model model, Exchange exchange) {
        Card card = model.card();
        Preset preset = asked.options().preset(card);
        boolean exif = asked.options().get(Options.EXIF);
        int rows = route.rows() * asked.images().size();
        exchange.meant(card.name(), rows);
        try (Admission admission = model.admit(exchange, rows)) {
            Function<List<View>, List<T>> task = route.on(admission.model());
            List<View> views = exchange.timing()
                    .of("decode", () -> preparation.views(asked.images(), exif, preset, card, exchange));
            List<T> results = task.apply(views);
            results.forEach(result -> route.tell(result, card.name(), listener));
            return results;
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
