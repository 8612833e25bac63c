package dev.unmask.task;

import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Turns pictures into vectors. Nothing is masked.
public final class Embed {

    /// Which tokens become the vector. The paper's linear probe takes `cls`, its fine-tuning `mean`.
    public enum Pool {
        CLS(Output.CLS),
        MEAN(Output.MEAN),
        PATCHES(Output.LATENT);

        private final Output output;

        Pool(Output output) {
            this.output = output;
        }

        public static Pool parse(String text) {
            return Arrays.stream(values())
                    .filter(pool -> pool.toString().equals(text))
                    .findFirst()
                    .orElseThrow(() -> UnmaskException.invalid("pool '" + text + "' is not cls, mean or patches"));
        }

        /// The output of a model that holds these tokens.
        public Output output() {
            return output;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Model model;
    private final Pool pool;

    public Embed(Model model, Pool pool) {
        this.model = model;
        this.pool = pool;
        model.card().require(pool.output);
    }

    /// float32: (D) for cls and mean, (N, D) for patches, in the order of the grid.
    ///
    /// @param picture uint8 (H, W, C), as [View] prepares it
    public Tensor run(Tensor picture) {
        Row row = new Row(picture, Mask.none(model.card().grid()));
        Tensor answer = model.run(List.of(row), Set.of(pool.output)).getFirst().get(pool.output);
        return pool == Pool.PATCHES ? withoutClassToken(answer) : answer;
    }

    private static Tensor withoutClassToken(Tensor latent) {
        int patches = (int) latent.shape()[0] - 1;
        int width = (int) latent.shape()[1];
        float[] values = latent.toFloats();
        return Tensor.of(Arrays.copyOfRange(values, width, values.length), patches, width);
    }
}
