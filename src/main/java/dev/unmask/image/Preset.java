package dev.unmask.image;

import dev.unmask.UnmaskException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// How a picture of any size becomes one of the model's size, bit for bit as the reference does it.
public enum Preset {
    /// Bicubic to the model's size, whatever the aspect: the demonstration notebook of the paper's authors.
    DEMO(Kernel.BICUBIC) {
        @Override
        public Frame frame(int width, int height, int modelWidth, int modelHeight) {
            return new Frame(Axis.resized(width, modelWidth), Axis.resized(height, modelHeight));
        }
    },
    /// Bicubic, a bit larger than the model, keeping the aspect, then the centre: evaluation of the paper's authors.
    /// Larger by 8/7 up to 224 px; not larger above.
    EVAL(Kernel.BICUBIC) {
        @Override
        public Frame frame(int width, int height, int modelWidth, int modelHeight) {
            if (modelWidth != modelHeight) {
                throw UnmaskException.invalid("preset eval crops a square; the model sees " + modelWidth + " x "
                        + modelHeight + " px, which demo and hf can give");
            }
            int side = modelWidth <= MAX_MARGIN_SIDE ? (int) (modelWidth / MARGIN) : modelWidth;
            int shorter = Math.min(width, height);
            return new Frame(
                    Axis.centered(width, scaled(width, shorter, side), modelWidth),
                    Axis.centered(height, scaled(height, shorter, side), modelHeight));
        }
    },
    /// Bilinear to the model's size, whatever the aspect: the Hugging Face image processor.
    HF(Kernel.BILINEAR) {
        @Override
        public Frame frame(int width, int height, int modelWidth, int modelHeight) {
            return DEMO.frame(width, height, modelWidth, modelHeight);
        }
    },
    /// Nothing: the picture already has the model's size.
    NONE(Kernel.BICUBIC) {
        @Override
        public Frame frame(int width, int height, int modelWidth, int modelHeight) {
            if (width != modelWidth || height != modelHeight) {
                throw UnmaskException.invalid("picture is " + width + " x " + height + " px; preset none takes "
                        + modelWidth + " x " + modelHeight + " px");
            }
            return DEMO.frame(width, height, modelWidth, modelHeight);
        }
    };

    private static final int MAX_MARGIN_SIDE = 224;
    private static final double MARGIN = 224.0 / 256;

    private final Kernel kernel;

    Preset(Kernel kernel) {
        this.kernel = kernel;
    }

    /// The preset of a name as manifests and users write it: lower case.
    public static Preset of(String name) {
        return Arrays.stream(values())
                .filter(preset -> preset.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> UnmaskException.invalid("unknown preset '" + name + "'; there are "
                        + Arrays.stream(values()).map(Preset::toString).collect(Collectors.joining(", "))));
    }

    /// What a model of `modelWidth` x `modelHeight` pixels sees of a picture.
    public abstract Frame frame(int width, int height, int modelWidth, int modelHeight);

    /// The picture as a model of `height` x `width` pixels sees it.
    public Picture apply(Picture picture, int height, int width) {
        return Resample.resize(picture, kernel, frame(picture.width(), picture.height(), width, height));
    }

    /// The name, as [#of] reads it.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// A side of a picture whose shorter side becomes `target`; truncated as torchvision does.
    private static int scaled(int side, int shorter, int target) {
        return side == shorter ? target : (int) ((double) ((long) target * side) / shorter);
    }
}
