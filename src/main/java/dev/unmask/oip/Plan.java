package dev.unmask.oip;

import dev.unmask.Card;
import dev.unmask.Output;
import dev.unmask.UnmaskException;
import dev.unmask.door.AnomalyOptions;
import dev.unmask.door.Option;
import dev.unmask.door.Options;
import dev.unmask.door.ReconstructOptions;
import dev.unmask.oip.InferRequest.Wanted;
import dev.unmask.task.Reconstruct;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What a request wants, understood and found to be possible, and with that which stages of the model run: no others
/// do.
///
/// @param specs of what is wanted, in the order of the answer
/// @param classes for each, see [Wanted#classes]
/// @param outputs of the model that these need
record Plan(
        Options options,
        Inputs inputs,
        Masks masks,
        List<TensorSpec> specs,
        List<Integer> classes,
        Set<Output> outputs) {

    /// Outputs that tell of the whole picture unless the caller says what to hide.
    private static final Set<String> WHOLE =
            Set.of("latent", "cls", "mean", "logits", Face.ANOMALY_MAP, Face.ANOMALY_SCORE);

    /// Parameters that are not ours to read: the protocol's own, which the codecs and [Schedule] know, and those that
    /// Triton keeps for itself.
    private static final Pattern RESERVED = Pattern.compile("priority|timeout|binary_data_output|triton_.*");

    private static final List<Option<?>> OF_TENSORS = List.of(
            ReconstructOptions.RATIO,
            ReconstructOptions.SEED,
            ReconstructOptions.MASK,
            ReconstructOptions.PATCH_STATS,
            AnomalyOptions.MASKS,
            AnomalyOptions.ROUNDS,
            AnomalyOptions.TOP);

    private static final List<Option<?>> OF_IMAGES =
            join(OF_TENSORS, List.of(ReconstructOptions.PANELS, Options.PRESET, Options.EXIF));

    /// Refuses what the model does not take or cannot give.
    static Plan of(Face face, Card card, InferRequest request) {
        Options options = options(face, request.parameters());
        Inputs inputs = Inputs.of(face, card, request.inputs());
        Map<String, TensorSpec> known =
                TensorSpec.byName(face.outputs(card, options.get(ReconstructOptions.PATCH_STATS)));
        List<Wanted> wanted = request.outputs().isEmpty()
                ? known.keySet().stream().map(name -> new Wanted(name, 0)).toList()
                : request.outputs();
        List<TensorSpec> specs =
                wanted.stream().map(output -> spec(face, output, known, card)).toList();
        refuseTwins(specs);
        boolean hides = specs.stream().anyMatch(spec -> !WHOLE.contains(spec.name()));
        return new Plan(
                options,
                inputs,
                face == Face.DECODER
                        ? Masks.restoring(inputs, card.grid())
                        : Masks.of(inputs, options, card.grid(), hides),
                specs,
                wanted.stream().map(Wanted::classes).toList(),
                outputs(specs, card));
    }

    /// Whether each row is judged for anomalies, which takes runs of its own.
    boolean judges() {
        return wants(Face.ANOMALY_MAP) || wants(Face.ANOMALY_SCORE);
    }

    /// Whether each row's reconstruction is compared with the original, or shown with its patch statistics.
    boolean fills() {
        return wants(Face.LOSS) || wants(Face.PANELS) || (wants("image") && !outputs.contains(Output.IMAGE));
    }

    private boolean wants(String name) {
        return specs.stream().anyMatch(spec -> spec.name().equals(name));
    }

    /// Rows of batches that it takes.
    int rows() {
        long passes = judges() ? options.get(AnomalyOptions.MASKS) * options.get(AnomalyOptions.ROUNDS) : 0;
        long rows = inputs.rows() * (passes + (outputs.isEmpty() ? 0 : 1));
        return (int) Math.min(rows, Integer.MAX_VALUE);
    }

    private static Options options(Face face, Map<String, Object> parameters) {
        Map<String, String> texts = new HashMap<>();
        parameters.forEach((name, value) -> {
            if (name.startsWith("sequence_")) {
                throw UnmaskException.invalid("parameter '" + name + "': models here have no sequences");
            }
            if (!RESERVED.matcher(name).matches()) {
                texts.put(name, value.toString());
            }
        });
        return new Options(
                texts,
                switch (face) {
                    case TENSORS -> OF_TENSORS;
                    case IMAGES -> OF_IMAGES;
                    case ENCODER, DECODER -> List.of();
                });
    }

    /// An answer is no larger than its rows, however often an output is named.
    private static void refuseTwins(List<TensorSpec> specs) {
        Set<String> names = new HashSet<>();
        for (TensorSpec spec : specs) {
            if (!names.add(spec.name())) {
                throw UnmaskException.invalid("output '" + spec.name() + "' is asked for twice");
            }
        }
    }

    private static TensorSpec spec(Face face, Wanted wanted, Map<String, TensorSpec> known, Card card) {
        TensorSpec spec = known.get(wanted.name());
        if (spec == null) {
            face.origin(wanted.name()).ifPresent(card::require);
            throw UnmaskException.invalid(
                    "there is no output '" + wanted.name() + "'; there are " + String.join(", ", known.keySet()));
        }
        if (wanted.classes() < 0 || (wanted.classes() > 0 && spec.datatype() != Datatype.FP32)) {
            throw UnmaskException.invalid("output '" + wanted.name() + "' is " + spec.datatype() + "; classification "
                    + wanted.classes() + " takes FP32 and at least 1 class");
        }
        return spec;
    }

    private static Set<Output> outputs(List<TensorSpec> specs, Card card) {
        Set<Output> outputs = EnumSet.noneOf(Output.class);
        for (TensorSpec spec : specs) {
            switch (spec.name()) {
                case Face.MASK, Face.IDS_RESTORE, Face.ANOMALY_MAP, Face.ANOMALY_SCORE -> {}
                case Face.LOSS, Face.PANELS -> outputs.addAll(Reconstruct.wanted(card));
                case "image" -> outputs.add(card.normalizedPixels() ? Output.PATCHES : Output.IMAGE);
                default -> outputs.add(Output.of(spec.name()));
            }
        }
        return outputs;
    }

    private static List<Option<?>> join(List<Option<?>> some, List<Option<?>> more) {
        List<Option<?>> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }
}
