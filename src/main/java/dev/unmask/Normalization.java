package dev.unmask;

import java.util.List;

/// What stands between a byte and a number the model sees: `(byte / 255 - mean) / std`, each step in float32, as
/// torchvision's `ToTensor` and `Normalize` do it.
///
/// @param mean one per channel, of values in 0..1
/// @param std one per channel
public record Normalization(List<Float> mean, List<Float> std) {

    public Normalization {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.isEmpty() || mean.size() != std.size()) {
            throw new IllegalArgumentException(mean.size() + " means and " + std.size() + " deviations");
        }
    }

    public int channels() {
        return mean.size();
    }

    /// uint8 (height, width, channels) to float32 (channels, height, width).
    public Tensor normalize(Tensor picture) {
        int height = (int) picture.shape()[0];
        int width = (int) picture.shape()[1];
        byte[] from = picture.toBytes();
        float[] to = new float[from.length];
        int channels = channels();
        int next = 0;
        for (int channel = 0; channel < channels; channel++) {
            float[] table = table(channel);
            for (int i = channel; i < from.length; i += channels) {
                to[next++] = table[from[i] & 0xFF];
            }
        }
        return Tensor.of(to, channels, height, width);
    }

    /// The byte that shows a normalised value: to the nearest, ties to even, clipped.
    public byte level(float value, int channel) {
        float level = (value * std.get(channel) + mean.get(channel)) * 255;
        return (byte) (int) Math.clamp(Math.rint(level), 0, 255);
    }

    private float[] table(int channel) {
        float[] table = new float[256];
        for (int level = 0; level < table.length; level++) {
            table[level] = (level / 255f - mean.get(channel)) / std.get(channel);
        }
        return table;
    }
}
