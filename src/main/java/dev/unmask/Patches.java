package dev.unmask;

/// The arithmetic of patches: a picture as (patches, values), channel last inside a patch, and how far a prediction is
/// from it. Sums are taken in double, so that answers do not depend on their order.
public final class Patches {

    private static final double EPSILON = 1e-6;

    private Patches() {}

    /// float32 (C, H, W) to float32 (N, P * P * C).
    public static Tensor patchify(Tensor pixels, PatchGrid grid) {
        int channels = (int) pixels.shape()[0];
        int patch = grid.patch();
        int area = grid.height() * grid.width();
        float[] from = pixels.toFloats();
        float[] to = new float[from.length];
        int next = 0;
        for (int n = 0; n < grid.patches(); n++) {
            int origin = n / grid.columns() * patch * grid.width() + n % grid.columns() * patch;
            for (int y = 0; y < patch; y++) {
                for (int x = 0; x < patch; x++) {
                    for (int channel = 0; channel < channels; channel++) {
                        to[next++] = from[channel * area + origin + y * grid.width() + x];
                    }
                }
            }
        }
        return Tensor.of(to, grid.patches(), (long) patch * patch * channels);
    }

    /// float32 (N, P * P * C) normalised values to uint8 (H, W, C), as the decoder graph's `image` does.
    public static Tensor picture(Tensor patches, PatchGrid grid, Normalization normalization) {
        int channels = normalization.channels();
        int patch = grid.patch();
        float[] from = patches.toFloats();
        int next = 0;
        byte[] picture = new byte[grid.height() * grid.width() * channels];
        for (int n = 0; n < grid.patches(); n++) {
            int origin = n / grid.columns() * patch * grid.width() + n % grid.columns() * patch;
            for (int y = 0; y < patch; y++) {
                for (int x = 0; x < patch * channels; x++) {
                    picture[(origin + y * grid.width()) * channels + x] =
                            normalization.level(from[next++], x % channels);
                }
            }
        }
        return Tensor.of(picture, grid.height(), grid.width(), channels);
    }

    /// Each patch to mean 0 and variance 1 (unbiased), the target of checkpoints trained with `norm_pix_loss`.
    public static Tensor normalize(Tensor patches) {
        return map(patches, patches, (value, mean, deviation) -> (value - mean) / deviation);
    }

    /// Undoes [#normalize]: predictions take on the mean and deviation that the original's patches have.
    public static Tensor denormalize(Tensor predicted, Tensor original) {
        return map(predicted, original, (value, mean, deviation) -> value * deviation + mean);
    }

    /// The mean squared error of each patch.
    public static double[] errors(Tensor predicted, Tensor target) {
        int patches = (int) target.shape()[0];
        int values = (int) target.shape()[1];
        float[] a = predicted.toFloats();
        float[] b = target.toFloats();
        double[] errors = new double[patches];
        for (int n = 0; n < patches; n++) {
            double sum = 0;
            for (int i = n * values; i < (n + 1) * values; i++) {
                double difference = (double) a[i] - b[i];
                sum += difference * difference;
            }
            errors[n] = sum / values;
        }
        return errors;
    }

    /// The mean error of the hidden patches: the loss the model was trained with. NaN where nothing is hidden.
    public static double loss(double[] errors, Mask mask) {
        boolean[] hidden = mask.hidden();
        double sum = 0;
        for (int n = 0; n < errors.length; n++) {
            sum += hidden[n] ? errors[n] : 0;
        }
        return sum / (mask.patches() - mask.kept());
    }

    private interface Scaling {
        double apply(double value, double mean, double deviation);
    }

    /// Applies the statistics of each of `source`'s patches to the values of the same patch of `values`.
    private static Tensor map(Tensor values, Tensor source, Scaling scaling) {
        int patches = (int) values.shape()[0];
        int width = (int) values.shape()[1];
        float[] from = values.toFloats();
        float[] statistics = source.toFloats();
        float[] to = new float[from.length];
        for (int n = 0; n < patches; n++) {
            double mean = 0;
            for (int i = n * width; i < (n + 1) * width; i++) {
                mean += statistics[i];
            }
            mean /= width;
            double squares = 0;
            for (int i = n * width; i < (n + 1) * width; i++) {
                squares += (statistics[i] - mean) * (statistics[i] - mean);
            }
            double deviation = Math.sqrt(squares / (width - 1) + EPSILON);
            for (int i = n * width; i < (n + 1) * width; i++) {
                to[i] = (float) scaling.apply(from[i], mean, deviation);
            }
        }
        return Tensor.of(to, values.shape());
    }
}
