package dev.unmask;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a model knows of itself.
///
/// @param license of the weights, an SPDX name where there is one
/// @param flavour visualize | full | encoder | classifier
/// @param digest sha256 of the bundle's manifest, which names the sha256 of every other file
/// @param preprocess name of the preset that feeds this model
/// @param finalNorm whether the tokens pass a final norm; without, `mean` alone is normalised, and is what the head
/// sees
/// @param normalizedPixels trained on patches normalised one by one: predictions show nothing without the original's
/// statistics
/// @param labels one per class, or empty
/// @param parameters how many each graph has: encoder, decoder, classifier, as far as there is one
/// @param bytes of the files of its graphs and their weights
public record Card(
        String name,
        String license,
        String source,
        String flavour,
        String digest,
        PatchGrid grid,
        Normalization normalization,
        Stack encoder,
        @Nullable Stack decoder,
        int classes,
        boolean finalNorm,
        boolean normalizedPixels,
        String preprocess,
        List<String> labels,
        Set<Output> outputs,
        Map<String, Long> parameters,
        long bytes) {

    /// One stack of transformer blocks.
    ///
    /// @param mlp width of the hidden layer of each block's MLP
    public record Stack(int width, int depth, int heads, int mlp) {}

    public Card {
        labels = List.copyOf(labels);
        outputs = Set.copyOf(outputs);
        parameters = Map.copyOf(parameters);
    }

    /// Refuses an output that this model's checkpoint cannot give, and says which could.
    public void require(Output output) {
        if (!outputs.contains(output)) {
            throw new UnmaskException(Fault.UNSUPPORTED, name + " " + missing(output));
        }
    }

    private String missing(Output output) {
        return switch (output) {
            case LATENT, CLS, MEAN -> "has no encoder graph";
            case PATCHES ->
                "comes from a checkpoint without a decoder (" + source
                        + "), so it cannot reconstruct; a mae_visualize_vit_* or *_full checkpoint can";
            case IMAGE ->
                decoder == null
                        ? missing(Output.PATCHES)
                        : "was trained on patches normalised one by one, so its predictions show nothing by themselves;"
                                + " take a mae_visualize_vit_* checkpoint, or the original's patch statistics"
                                + " (--patch-stats original)";
            case PATCH_ERROR ->
                decoder == null
                        ? missing(Output.PATCHES)
                        : "has no judge graph, so its predictions are compared with pictures elsewhere; export its"
                                + " checkpoint again";
            case LOGITS -> "is no classifier; a fine-tuned checkpoint such as mae_finetuned_vit_base.pth is one";
        };
    }

    public int channels() {
        return normalization.channels();
    }
}
