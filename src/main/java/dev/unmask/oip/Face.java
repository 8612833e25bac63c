package dev.unmask.oip;

import static dev.unmask.oip.Datatype.BYTES;
import static dev.unmask.oip.Datatype.FP32;
import static dev.unmask.oip.Datatype.INT64;
import static dev.unmask.oip.Datatype.UINT8;

import dev.unmask.Card;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.task.Reconstruct.PatchStats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The models of the protocol that one bundle is seen as: `NAME` takes tensors, `NAME_image` encoded pictures, and
/// `NAME_encoder` and `NAME_decoder` are the raw graphs.
enum Face {
    TENSORS(""),
    IMAGES("_image"),
    ENCODER("_encoder"),
    DECODER("_decoder");

    // Outputs that no graph has; what else there is has the name of an Output.
    static final String MASK = "mask";
    static final String IDS_RESTORE = "ids_restore";
    static final String LOSS = "loss";
    static final String ANOMALY_MAP = "anomaly_map";
    static final String ANOMALY_SCORE = "anomaly_score";
    static final String PANELS = "panels";

    private static final long FREE = TensorSpec.FREE;

    private final String suffix;

    Face(String suffix) {
        this.suffix = suffix;
    }

    /// The name of a bundle's model of this kind.
    String of(String bundle) {
        return bundle + suffix;
    }

    String suffix() {
        return suffix;
    }

    /// The kinds that a bundle has.
    static List<Face> of(Card card) {
        return Arrays.stream(values()).filter(face -> face.isOf(card)).toList();
    }

    boolean isOf(Card card) {
        return switch (this) {
            case TENSORS -> true;
            case IMAGES -> card.channels() == 3;
            case ENCODER -> card.outputs().contains(Output.LATENT);
            case DECODER -> card.outputs().contains(Output.PATCHES);
        };
    }

    /// What it declares that it takes.
    List<TensorSpec> inputs(Card card) {
        return accepted(card).stream()
                .filter(spec -> !spec.optional() || this == ENCODER)
                .toList();
    }

    /// What it takes. Which patches to keep may be left open; tasks do not declare it, since perf_analyzer would fill
    /// it
    /// with random numbers.
    List<TensorSpec> accepted(Card card) {
        PatchGrid grid = card.grid();
        TensorSpec pixels = TensorSpec.of("pixels", FP32, FREE, card.channels(), grid.height(), grid.width());
        TensorSpec idsKeep = TensorSpec.of("ids_keep", INT64, FREE, FREE).orNone();
        TensorSpec noise = TensorSpec.of("noise", FP32, FREE, grid.patches()).orNone();
        return switch (this) {
            case TENSORS -> List.of(pixels, noise, idsKeep);
            case IMAGES -> List.of(TensorSpec.of("image", BYTES, FREE, 1), noise, idsKeep);
            case ENCODER -> List.of(pixels, idsKeep);
            case DECODER ->
                List.of(
                        TensorSpec.of("latent", FP32, FREE, FREE, card.encoder().width()),
                        TensorSpec.of("ids_restore", INT64, FREE, grid.patches()));
        };
    }

    /// What an input is checked against: pixels may also come as raw RGB, and a column of pictures as a list.
    TensorSpec accepting(TensorSpec spec, InferInput input, Card card) {
        if (spec.name().equals("pixels") && input.datatype() == UINT8) {
            PatchGrid grid = card.grid();
            return TensorSpec.of("pixels", UINT8, FREE, grid.height(), grid.width(), card.channels());
        }
        return spec.name().equals("image") && input.shape().size() == 1 ? TensorSpec.of("image", BYTES, FREE) : spec;
    }

    /// What it can be asked for.
    ///
    /// @param stats where a model that was trained on patches normalised one by one gets their statistics from
    List<TensorSpec> outputs(Card card, PatchStats stats) {
        boolean shows = card.outputs().contains(Output.IMAGE)
                || (stats == PatchStats.ORIGINAL && card.outputs().contains(Output.PATCHES) && isTask());
        List<TensorSpec> outputs = new ArrayList<>();
        for (Output output : Output.values()) {
            if (gives(output)
                    && (output == Output.IMAGE ? shows : card.outputs().contains(output))) {
                outputs.add(spec(output, card));
            }
        }
        if (isTask()) {
            outputs.addAll(derived(card, shows));
        }
        return outputs;
    }

    /// What a model must give so that this kind of it could give an output; none where no model's could.
    Optional<Output> origin(String output) {
        if (!isTask()) {
            return Optional.empty();
        }
        return switch (output) {
            case LOSS, ANOMALY_MAP, ANOMALY_SCORE -> Optional.of(Output.PATCHES);
            case PANELS -> Optional.of(Output.IMAGE).filter(_ -> this == IMAGES);
            default ->
                Arrays.stream(Output.values())
                        .filter(each -> each.lowerCase().equals(output))
                        .findFirst();
        };
    }

    /// Whether it does more than run a graph.
    boolean isTask() {
        return this == TENSORS || this == IMAGES;
    }

    private boolean gives(Output output) {
        return switch (output) {
            case LATENT, CLS, MEAN -> this != DECODER;
            case PATCHES, IMAGE -> this != ENCODER;
            case PATCH_ERROR -> false; // of one mask; what is offered are the anomalies of several
            case LOGITS -> isTask();
        };
    }

    private static TensorSpec spec(Output output, Card card) {
        String name = output.lowerCase();
        PatchGrid grid = card.grid();
        int width = card.encoder().width();
        return switch (output) {
            case LATENT -> TensorSpec.of(name, FP32, FREE, FREE, width);
            case CLS, MEAN -> TensorSpec.of(name, FP32, FREE, width);
            case PATCHES ->
                TensorSpec.of(name, FP32, FREE, grid.patches(), (long) grid.patch() * grid.patch() * card.channels());
            case IMAGE -> TensorSpec.of(name, UINT8, FREE, grid.height(), grid.width(), card.channels());
            case PATCH_ERROR -> TensorSpec.of(name, FP32, FREE, grid.patches());
            case LOGITS -> TensorSpec.of(name, FP32, FREE, card.classes());
        };
    }

    private List<TensorSpec> derived(Card card, boolean shows) {
        PatchGrid grid = card.grid();
        List<TensorSpec> outputs = new ArrayList<>();
        outputs.add(TensorSpec.of(MASK, UINT8, FREE, grid.patches()));
        outputs.add(TensorSpec.of(IDS_RESTORE, INT64, FREE, grid.patches()));
        if (card.outputs().contains(Output.PATCHES)) {
            outputs.add(TensorSpec.of(LOSS, FP32, FREE));
            outputs.add(TensorSpec.of(ANOMALY_MAP, FP32, FREE, grid.height(), grid.width()));
            outputs.add(TensorSpec.of(ANOMALY_SCORE, FP32, FREE));
        }
        if (shows && this == IMAGES) {
            outputs.add(TensorSpec.of(PANELS, BYTES, FREE));
        }
        return outputs;
    }
}
