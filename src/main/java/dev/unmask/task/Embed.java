package dev.unmask.task;

import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import dev.unmask.task.Embedding.Dtype;
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

    private static final double SMALLEST_LENGTH = 1e-12; // as torch.nn.functional.normalize has it

    private final Model model;
    private final Pool pool;
    private final boolean normalize;
    private final Dtype dtype;

    /// @param normalize whether each vector is brought to length 1
    public Embed(Model model, Pool pool, boolean normalize, Dtype dtype) {
        this.model = model;
        this.pool = pool;
        this.normalize = normalize;
        this.dtype = dtype;
        model.card().require(pool.output);
    }

    /// The embedding of one picture.
    ///
    /// @param picture uint8 (H, W, C), as [View] prepares it
    public Embedding run(Tensor picture) {
        return run(List.of(picture)).getFirst();
    }

    /// The embeddings of pictures, run as one batch.
    public List<Embedding> run(List<Tensor> pictures) {
        Mask mask = Mask.none(model.card().grid());
        List<Row> rows =
                pictures.stream().map(picture -> new Row(picture, mask)).toList();
        return model.run(rows, Set.of(pool.output)).stream()
                .map(answer -> embedding(answer.get(pool.output)))
                .toList();
    }

    private Embedding embedding(Tensor answer) {
        Tensor vectors = pool == Pool.PATCHES ? withoutClassToken(answer) : answer;
        return new Embedding(normalize ? normalized(vectors) : vectors, dtype, norm(vectors));
    }

    private static double norm(Tensor vectors) {
        long[] shape = vectors.shape();
        int width = (int) shape[shape.length - 1];
        float[] values = vectors.toFloats();
        double sum = 0;
        for (int start = 0; start < values.length; start += width) {
            sum += length(values, start, width);
        }
        return sum * width / values.length;
    }

    private static Tensor withoutClassToken(Tensor latent) {
        int patches = (int) latent.shape()[0] - 1;
        int width = (int) latent.shape()[1];
        float[] values = latent.toFloats();
        return Tensor.of(Arrays.copyOfRange(values, width, values.length), patches, width);
    }

    private static Tensor normalized(Tensor vectors) {
        long[] shape = vectors.shape();
        int width = (int) shape[shape.length - 1];
        float[] values = vectors.toFloats();
        for (int start = 0; start < values.length; start += width) {
            double length = Math.max(length(values, start, width), SMALLEST_LENGTH);
            for (int i = start; i < start + width; i++) {
                values[i] = (float) (values[i] / length);
            }
        }
        return Tensor.of(values, shape);
    }

    private static double length(float[] values, int start, int width) {
        double squares = 0;
        for (int i = start; i < start + width; i++) {
            squares += (double) values[i] * values[i];
        }
        return Math.sqrt(squares);
    }
}
