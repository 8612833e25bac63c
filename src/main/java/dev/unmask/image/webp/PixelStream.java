package dev.unmask.image.webp;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The coded pixels of VP8L, 0xAARRGGBB: each a literal, one seen lately, or a copy of a run before.
final class PixelStream {

    private static final int LITERALS = 256;
    private static final int LENGTHS = 24;
    private static final int DISTANCES = 40;
    private static final int HASH = 0x1E35A7BD;

    /// The nearest 120 pixels before, nearest first: rows above, and eight less columns to the right.
    private static final byte[] NEAR = HexFormat.of()
            .parseHex("1807171928062729161a262a38053739151b363a252b48044749141c353b464a"
                    + "242c58454b343c035759131d565a232d444c555b333d68026769121e666a222e"
                    + "545c434d656b323e78017779535d111f646c424e767a212f757b313f636d525e"
                    + "00747c414f1020626e30737d515f40727e616f50717f6070");

    private final BitReader bits;
    private final int width;
    private final int[] pixels;
    private final int cacheBits;
    private final int[] cache;

    private PixelStream(BitReader bits, int width, int height) {
        this.bits = bits;
        this.width = width;
        this.pixels = new int[Math.multiplyExact(width, height)];
        this.cacheBits = bits.flag() ? bits.number(4) : 0;
        if (cacheBits > 11) {
            throw Damage.corrupt("a colour cache of 2^" + cacheBits);
        }
        this.cache = new int[1 << cacheBits];
    }

    /// The codes that are used together.
    private record Codes(PrefixCode green, PrefixCode red, PrefixCode blue, PrefixCode alpha, PrefixCode distance) {}

    /// Which codes are used where: by blocks, each of which names its codes in red and green.
    private static final class Regions {

        private static final Regions ONE = new Regions(31, 1, new int[1]);

        private final int bits;
        private final int columns;
        private final int[] blocks;

        /// @param bits the logarithm of a block's side
        private Regions(int bits, int columns, int[] blocks) {
            this.bits = bits;
            this.columns = columns;
            this.blocks = blocks;
        }

        int at(int x, int y) {
            return (blocks[(y >> bits) * columns + (x >> bits)] >> 8) & 0xFFFF;
        }

        int count() {
            int max = 0;
            for (int block : blocks) {
                max = Math.max(max, (block >> 8) & 0xFFFF);
            }
            return max + 1;
        }
    }

    /// Reads a picture that helps to decode another one.
    static int[] helper(BitReader bits, int width, int height) {
        var stream = new PixelStream(bits, width, height);
        return stream.decode(Regions.ONE);
    }

    /// Reads the picture itself.
    static int[] main(BitReader bits, int width, int height) {
        var stream = new PixelStream(bits, width, height);
        return stream.decode(bits.flag() ? regions(bits, width, height) : Regions.ONE);
    }

    private static Regions regions(BitReader bits, int width, int height) {
        int size = 2 + bits.number(3);
        int columns = Math.ceilDiv(width, 1 << size);
        return new Regions(size, columns, helper(bits, columns, Math.ceilDiv(height, 1 << size)));
    }

    private int[] decode(Regions regions) {
        List<Codes> codes = codes(regions.count());
        for (int at = 0; at < pixels.length; ) {
            Codes here = codes.get(regions.at(at % width, at / width));
            int symbol = here.green.symbol(bits);
            if (symbol >= LITERALS && symbol < LITERALS + LENGTHS) {
                at = copy(at, symbol - LITERALS, here);
            } else {
                put(at++, symbol < LITERALS ? literal(symbol, here) : cached(symbol - LITERALS - LENGTHS));
            }
        }
        return pixels;
    }

    private List<Codes> codes(int count) {
        List<Codes> codes = new ArrayList<>();
        int green = LITERALS + LENGTHS + (cacheBits > 0 ? cache.length : 0);
        for (int i = 0; i < count; i++) {
            codes.add(new Codes(
                    PrefixCode.read(bits, green),
                    PrefixCode.read(bits, LITERALS),
                    PrefixCode.read(bits, LITERALS),
                    PrefixCode.read(bits, LITERALS),
                    PrefixCode.read(bits, DISTANCES)));
        }
        return codes;
    }

    private int literal(int green, Codes codes) {
        int red = codes.red.symbol(bits);
        int blue = codes.blue.symbol(bits);
        int alpha = codes.alpha.symbol(bits);
        return (alpha << 24) | (red << 16) | (green << 8) | blue;
    }

    private int cached(int index) {
        if (cacheBits == 0) {
            throw Damage.corrupt("it uses a colour cache that it does not have");
        }
        return cache[index];
    }

    private int copy(int at, int symbol, Codes codes) {
        int length = extended(symbol);
        int distance = distance(extended(codes.distance.symbol(bits)));
        if (distance > at || length > pixels.length - at) {
            throw Damage.corrupt("it copies pixels from outside the picture");
        }
        for (int i = at; i < at + length; i++) {
            put(i, pixels[i - distance]);
        }
        return at + length;
    }

    private void put(int at, int pixel) {
        pixels[at] = pixel;
        if (cacheBits > 0) {
            cache[(HASH * pixel) >>> (32 - cacheBits)] = pixel;
        }
    }

    /// A number of which the symbol tells the size, and further bits the rest.
    private int extended(int symbol) {
        if (symbol < 4) {
            return symbol + 1;
        }
        int extra = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << extra) + bits.number(extra) + 1;
    }

    private int distance(int code) {
        if (code > NEAR.length) {
            return code - NEAR.length;
        }
        int near = NEAR[code - 1];
        return Math.max(1, (near >> 4) * width + 8 - (near & 0xF));
    }
}
