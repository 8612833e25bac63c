package dev.unmask.oip;

import dev.unmask.Admission;
import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.door.AnomalyOptions;
import dev.unmask.door.Exchange;
import dev.unmask.door.ImageText;
import dev.unmask.door.Options;
import dev.unmask.door.ReconstructOptions;
import dev.unmask.task.Anomaly;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.Listener;
import dev.unmask.task.Preparation;
import dev.unmask.task.Reconstruct;
import dev.unmask.task.Reconstruct.Reconstruction;
import dev.unmask.task.View;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/// Answers requests for inference, whichever way they came.
///
/// As on `/v1`, a request is refused as early as can be, its rows share batches with those of everybody else, and only
/// the stages that its outputs need are run.
@Singleton
public final class Inference {

    /// As many first bytes of a picture that are all plain characters say that it is written as text.
    private static final int TEXT = 32;

    private final Repository repository;
    private final Preparation preparation;
    private final Listener listener;
    private final Statistics statistics;

    Inference(Repository repository, Preparation preparation, Listener listener, Statistics statistics) {
        this.repository = repository;
        this.preparation = preparation;
        this.listener = listener;
        this.statistics = statistics;
    }

    /// Answers a request, or refuses it.
    InferResponse infer(InferRequest request, Exchange exchange) {
        Schedule.apply(request.parameters(), exchange);
        return repository.use(
                exchange.caller(),
                request.model(),
                request.version(),
                (face, model) ->
                        statistics.of(request.model()).count(exchange, () -> answer(face, model, request, exchange)));
    }

    private InferResponse answer(Face face, Model model, InferRequest request, Exchange exchange) {
        Card card = model.card();
        Plan plan = Plan.of(face, card, request);
        exchange.meant(card.name(), plan.rows());
        return new InferResponse(
                request.model(),
                Repository.VERSION,
                request.id(),
                plan.masks().used(),
                admitted(face, plan, model, exchange));
    }

    /// Rows of which only the mask is wanted take places too, for as long as they are told.
    private List<InferOutput> admitted(Face face, Plan plan, Model model, Exchange exchange) {
        int places = Math.max(plan.rows(), plan.inputs().rows());
        try (Admission admission = model.admit(exchange, places)) {
            List<Tensor> pixels = plan.rows() == 0
                    ? List.of()
                    : exchange.timing().of("decode", () -> pixels(face, plan, model.card(), exchange));
            Results results = results(plan, admission.model(), pixels);
            results.tell(listener);
            return exchange.timing().of("encode", () -> tell(plan, results));
        }
    }

    /// What the first stage takes, for each row.
    private List<Tensor> pixels(Face face, Plan plan, Card card, Exchange exchange) {
        return switch (face) {
            case TENSORS, ENCODER -> plan.inputs().tensors("pixels");
            case DECODER -> plan.inputs().tensors("latent");
            case IMAGES -> {
                List<byte[]> images = plan.inputs().get("image").elements().stream()
                        .map(Inference::file)
                        .toList();
                yield preparation
                        .views(
                                images,
                                plan.options().get(Options.EXIF),
                                plan.options().preset(card),
                                card,
                                exchange)
                        .stream()
                        .map(View::pixels)
                        .toList();
            }
        };
    }

    /// A picture's file as it is, or as text: JSON holds no bytes, and no file of a picture starts like text.
    private static byte[] file(byte[] element) {
        for (int i = 0; i < Math.min(element.length, TEXT); i++) {
            if (element[i] < ' ' || element[i] > '~') {
                return element;
            }
        }
        return ImageText.bytes(new String(element, StandardCharsets.US_ASCII));
    }

    private static Results results(Plan plan, Model model, List<Tensor> pixels) {
        List<Row> rows = IntStream.range(0, pixels.size())
                .mapToObj(i -> new Row(pixels.get(i), plan.masks().rows().get(i)))
                .toList();
        List<Answer> answers = plan.outputs().isEmpty() ? List.of() : model.run(rows, plan.outputs());
        List<Reconstruction> fills = IntStream.range(0, plan.fills() ? rows.size() : 0)
                .mapToObj(i -> Reconstruct.of(model.card(), rows.get(i), answers.get(i)))
                .toList();
        List<Finding> findings = plan.judges() ? judge(plan, model, pixels) : List.of();
        return new Results(
                model.card(),
                plan.masks().rows(),
                answers,
                fills,
                findings,
                plan.options().get(ReconstructOptions.PANELS));
    }

    private static List<Finding> judge(Plan plan, Model model, List<Tensor> pixels) {
        Options options = plan.options();
        return new Anomaly(
                        model,
                        Math.toIntExact(options.get(AnomalyOptions.MASKS)),
                        Math.toIntExact(options.get(AnomalyOptions.ROUNDS)),
                        options.get(AnomalyOptions.SEED),
                        options.get(AnomalyOptions.TOP))
                .run(pixels);
    }

    private static List<InferOutput> tell(Plan plan, Results results) {
        return IntStream.range(0, plan.specs().size())
                .mapToObj(i -> results.tell(plan.specs().get(i), plan.classes().get(i)))
                .toList();
    }
}
