package dev.unmask.task;

import dev.unmask.Mask;
import dev.unmask.PatchGrid;
import dev.unmask.UnmaskException;
import dev.unmask.image.Frame;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a caller says which patches to hide.
public sealed interface Masking {

    /// As the paper masks (arXiv 2111.06377, section 3).
    double DEFAULT_RATIO = 0.75;

    /// A share of the patches, drawn as `torch.manual_seed(seed)` does.
    record Random(double ratio, long seed) implements Masking {}

    /// A share of the patches, those with the largest noise of the caller's own.
    record Noise(double ratio, String values) implements Masking {

        private Mask mask(PatchGrid grid) {
            String[] parts = values.split(",", -1);
            float[] noise = new float[parts.length];
            try {
                for (int i = 0; i < noise.length; i++) {
                    noise[i] = Float.parseFloat(parts[i].strip());
                }
            } catch (NumberFormatException _) {
                throw UnmaskException.invalid("noise is not a list of numbers, with commas between them");
            }
            return Mask.ofNoise(grid, ratio, noise);
        }
    }

    /// The mask itself, as [Mask#parse] reads it.
    record Given(String mask) implements Masking {}

    /// Every patch that one of these boxes touches, in pixels of the original picture.
    record Boxes(List<Box> boxes) implements Masking {

        public Boxes {
            boxes = List.copyOf(boxes);
        }
    }

    /// A box in pixels of the original picture; `x` and `y` name its upper left corner.
    record Box(double x, double y, double width, double height) {

        public Box {
            if (!(width > 0 && height > 0) || !Double.isFinite(x + y + width + height)) {
                throw UnmaskException.invalid(
                        "box " + x + "," + y + "," + width + "," + height + " has no area; it takes x,y,width,height");
            }
        }

        /// Reads `x,y,width,height`.
        public static Box parse(String text) {
            String[] parts = text.strip().split(",", -1);
            try {
                if (parts.length == 4) {
                    return new Box(number(parts[0]), number(parts[1]), number(parts[2]), number(parts[3]));
                }
            } catch (NumberFormatException _) {
                // said below
            }
            throw UnmaskException.invalid("box '" + text + "' is not x,y,width,height in pixels");
        }

        private static double number(String text) {
            return Double.parseDouble(text.strip());
        }
    }

    /// The masking of a caller's options, of which one kind may be given: by default 0.75 of the patches, seed 0.
    ///
    /// @param noise a number per patch with `,` between, instead of a seed
    /// @param boxes with `;` between them
    static Masking of(
            @Nullable Double ratio,
            @Nullable Long seed,
            @Nullable String noise,
            @Nullable String mask,
            @Nullable String boxes) {
        if (seed != null && noise != null) {
            throw UnmaskException.invalid("take one of seed and noise");
        }
        boolean random = ratio != null || seed != null || noise != null;
        if ((random ? 1 : 0) + (mask != null ? 1 : 0) + (boxes != null ? 1 : 0) > 1) {
            throw UnmaskException.invalid("take one of ratio and seed, mask, or boxes");
        }
        if (mask != null) {
            return new Given(mask);
        }
        if (boxes != null) {
            return new Boxes(Arrays.stream(boxes.split(";")).map(Box::parse).toList());
        }
        double share = ratio == null ? DEFAULT_RATIO : ratio;
        return noise != null ? new Noise(share, noise) : new Random(share, seed == null ? 0 : seed);
    }

    /// Refuses what no picture could be masked with; boxes are judged with each picture.
    default void check(PatchGrid grid) {
        switch (this) {
            case Random(double ratio, long seed) -> Mask.random(grid, ratio, seed);
            case Noise noise -> noise.mask(grid);
            case Given(String mask) -> Mask.parse(grid, mask);
            case Boxes _ -> {}
        }
    }

    /// The mask for a picture that the model sees through `frame`.
    default Mask mask(PatchGrid grid, Frame frame) {
        return switch (this) {
            case Random(double ratio, long seed) -> Mask.random(grid, ratio, seed);
            case Noise noise -> noise.mask(grid);
            case Given(String mask) -> Mask.parse(grid, mask);
            case Boxes(List<Box> boxes) -> Mask.hiding(grid, touched(grid, frame, boxes));
        };
    }

    private static Set<Integer> touched(PatchGrid grid, Frame frame, List<Box> boxes) {
        Set<Integer> hidden = new LinkedHashSet<>();
        for (Box box : boxes) {
            dev.unmask.image.Box seen = frame.map(box.x(), box.y(), box.width(), box.height());
            List<Integer> touched = grid.touched(seen.left(), seen.top(), seen.right(), seen.bottom());
            if (touched.isEmpty()) {
                throw UnmaskException.invalid("box " + box.x() + "," + box.y() + "," + box.width() + "," + box.height()
                        + " lies outside what the model sees of the picture");
            }
            hidden.addAll(touched);
        }
        return hidden;
    }
}
