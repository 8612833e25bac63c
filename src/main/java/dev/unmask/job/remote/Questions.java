package dev.unmask.job.remote;

import dev.unmask.job.AnomalyWork;
import dev.unmask.job.EmbedWork;
import dev.unmask.job.ReconstructWork;
import dev.unmask.job.Views;
import dev.unmask.task.Embedding.Dtype;
import dev.unmask.task.Masking;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What works ask services, in the words of `/v1`.
final class Questions {

    private static final String JSON = "application/json";
    private static final String OCTETS = "application/octet-stream";

    private Questions() {}

    /// The vector as float32, whatever the table stores.
    static Question of(EmbedWork work) {
        Map<String, String> options = options(work.views());
        options.put("pool", work.pool().toString());
        options.put("normalize", String.valueOf(work.normalize()));
        options.put("dtype", Dtype.FLOAT32.toString());
        return Question.of("/v1/embed", options, OCTETS);
    }

    static Question of(ReconstructWork work) {
        Map<String, String> options = options(work.views());
        options.putAll(masking(work.masking()));
        options.put("patch_stats", work.stats().name().toLowerCase(Locale.ROOT));
        if (!work.panels().isEmpty()) {
            options.put("png", "true");
            options.put("panels", work.panels().stream().map(Object::toString).collect(Collectors.joining(",")));
        }
        return Question.of("/v1/reconstruct", options, JSON);
    }

    static Question of(AnomalyWork work) {
        Map<String, String> options = options(work.views());
        options.put("masks", String.valueOf(work.options().masks()));
        options.put("rounds", String.valueOf(work.options().rounds()));
        options.put("seed", String.valueOf(work.options().seed()));
        options.put("top", String.valueOf(work.options().top()));
        return Question.of("/v1/anomaly", options, JSON);
    }

    private static Map<String, String> options(Views views) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("model", views.model().card().name());
        options.put("preset", views.preset().toString());
        options.put("exif", String.valueOf(views.exif()));
        return options;
    }

    private static Map<String, String> masking(Masking masking) {
        return switch (masking) {
            case Masking.Random(double ratio, long seed) ->
                Map.of("ratio", String.valueOf(ratio), "seed", String.valueOf(seed));
            case Masking.Noise(double ratio, String values) -> Map.of("ratio", String.valueOf(ratio), "noise", values);
            case Masking.Given(String mask) -> Map.of("mask", mask);
            case Masking.Boxes boxes ->
                Map.of("boxes", boxes.boxes().stream().map(Questions::box).collect(Collectors.joining(";")));
        };
    }

    private static String box(Masking.Box box) {
        return box.x() + "," + box.y() + "," + box.width() + "," + box.height();
    }
}
