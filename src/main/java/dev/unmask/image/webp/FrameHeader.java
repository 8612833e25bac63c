package dev.unmask.image.webp;

import java.util.ArrayList;
import java.util.List;

/// What the first partition of a key frame says before the macroblocks.
///
/// @param segments how macroblocks tell their segment
/// @param steps of the quantizer, by segment
/// @param filter the loop filter
/// @param partitions that hold the coefficients
/// @param coefficients their probabilities
/// @param skipProbability that a macroblock has coefficients, or -1 where none is without
record FrameHeader(
        Segments segments,
        List<Steps> steps,
        FilterHeader filter,
        int partitions,
        Coefficients.Probabilities coefficients,
        int skipProbability) {

    /// The four segments, each with its own quantizer and filter.
    ///
    /// @param probabilities of the map that assigns segments, or empty
    /// @param absolute replace the frame's values instead of adding to them
    record Segments(
            boolean enabled,
            List<Integer> probabilities,
            boolean absolute,
            List<Integer> quantizers,
            List<Integer> filterLevels) {

        static final int COUNT = 4;

        Segments {
            probabilities = List.copyOf(probabilities);
            quantizers = List.copyOf(quantizers);
            filterLevels = List.copyOf(filterLevels);
        }

        static Segments read(BoolDecoder bits) {
            List<Integer> zeros = List.of(0, 0, 0, 0);
            if (!bits.flag()) {
                return new Segments(false, List.of(), false, zeros, zeros);
            }
            boolean map = bits.flag();
            boolean values = bits.flag();
            boolean absolute = !values || bits.flag();
            List<Integer> quantizers = values ? optionals(bits, 7) : zeros;
            List<Integer> levels = values ? optionals(bits, 6) : zeros;
            List<Integer> probabilities = new ArrayList<>();
            for (int i = 0; map && i < COUNT - 1; i++) {
                probabilities.add(bits.flag() ? bits.number(8) : 255);
            }
            return new Segments(true, probabilities, absolute, quantizers, levels);
        }

        /// The quantizer of a segment.
        int quantizer(int segment, int base) {
            return absolute ? quantizers.get(segment) : base + quantizers.get(segment);
        }

        /// The filter level of a segment.
        int filterLevel(int segment, int base) {
            return absolute ? filterLevels.get(segment) : base + filterLevels.get(segment);
        }

        /// The segment of the next macroblock.
        int next(BoolDecoder bits) {
            if (probabilities.isEmpty()) {
                return 0;
            }
            return bits.flag(probabilities.get(0))
                    ? 2 + bits.bit(probabilities.get(2))
                    : bits.bit(probabilities.get(1));
        }

        private static List<Integer> optionals(BoolDecoder bits, int size) {
            List<Integer> values = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                values.add(bits.optional(size));
            }
            return values;
        }
    }

    /// What coefficients are multiplied by: those of luma, of the luma blocks' own DC values, and of chroma.
    record Steps(int lumaDc, int lumaAc, int sumDc, int sumAc, int chromaDc, int chromaAc) {

        private static final int MAX_CHROMA_DC = 117;

        private static List<Steps> read(BoolDecoder bits, Segments segments) {
            int base = bits.number(7);
            int[] offsets = {bits.optional(4), bits.optional(4), bits.optional(4), bits.optional(4), bits.optional(4)};
            List<Steps> steps = new ArrayList<>();
            for (int segment = 0; segment < Segments.COUNT; segment++) {
                steps.add(of(segments.quantizer(segment, base), offsets));
            }
            return steps;
        }

        private static Steps of(int index, int[] offsets) {
            return new Steps(
                    Tables.DC_STEPS[clip(index + offsets[0], 127)],
                    Tables.AC_STEPS[clip(index, 127)],
                    Tables.DC_STEPS[clip(index + offsets[1], 127)] * 2,
                    Math.max(8, Tables.AC_STEPS[clip(index + offsets[2], 127)] * 155 / 100),
                    Tables.DC_STEPS[clip(index + offsets[3], MAX_CHROMA_DC)],
                    Tables.AC_STEPS[clip(index + offsets[4], 127)]);
        }

        private static int clip(int index, int max) {
            return Math.clamp(index, 0, max);
        }
    }

    FrameHeader {
        steps = List.copyOf(steps);
    }

    static FrameHeader read(BoolDecoder bits) {
        bits.number(2); // colour space and clamping: there is one of each
        Segments segments = Segments.read(bits);
        FilterHeader filter = FilterHeader.read(bits);
        int partitions = 1 << bits.number(2);
        List<Steps> steps = Steps.read(bits, segments);
        bits.flag(); // probabilities for later frames, of which there are none
        Coefficients.Probabilities coefficients = Coefficients.Probabilities.read(bits);
        int skipProbability = bits.flag() ? bits.number(8) : -1;
        return new FrameHeader(segments, steps, filter, partitions, coefficients, skipProbability);
    }
}
