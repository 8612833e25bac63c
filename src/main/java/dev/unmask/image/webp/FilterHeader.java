package dev.unmask.image.webp;

/// How strongly the edges of blocks are smoothed.
///
/// @param simple only luma, and fewer pixels of it
/// @param offset of the level, for all macroblocks of a key frame
/// @param smallOffset of the level, for those predicted in 4 x 4 blocks
record FilterHeader(boolean simple, int level, int sharpness, int offset, int smallOffset) {

    /// The thresholds of one kind of macroblock.
    ///
    /// @param limit of differences across an edge; 0 leaves the edges alone
    /// @param inner limit of differences on either side of an edge
    /// @param variance above which pixels next to an edge are a contour of the picture
    record Strength(int limit, int inner, int variance) {}

    static FilterHeader read(BoolDecoder bits) {
        boolean simple = bits.flag();
        int level = bits.number(6);
        int sharpness = bits.number(3);
        int offset = 0;
        int smallOffset = 0;
        boolean offsets = bits.flag();
        if (offsets && bits.flag()) {
            offset = bits.optional(6);
            skip(bits, 3);
            smallOffset = bits.optional(6);
            skip(bits, 3);
        }
        return new FilterHeader(simple, level, sharpness, offset, smallOffset);
    }

    /// The thresholds for macroblocks of a segment whose own level is `base`.
    ///
    /// @param small predicted in 4 x 4 blocks
    Strength strength(int base, boolean small) {
        int adjusted = Math.clamp((long) base + offset + (small ? smallOffset : 0), 0, 63);
        if (level == 0 || adjusted == 0) {
            return new Strength(0, 0, 0);
        }
        int inner = adjusted;
        if (sharpness > 0) {
            inner = Math.min(inner >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }
        inner = Math.max(inner, 1);
        return new Strength(2 * adjusted + inner, inner, adjusted >= 40 ? 2 : adjusted >= 15 ? 1 : 0);
    }

    /// Passes over offsets that key frames have no use for.
    private static void skip(BoolDecoder bits, int count) {
        for (int i = 0; i < count; i++) {
            bits.optional(6);
        }
    }
}
