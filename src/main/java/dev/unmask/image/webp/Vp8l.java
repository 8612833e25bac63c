package dev.unmask.image.webp;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;

/// A lossless picture (RFC 9649, section 3): coded pixels, and the transforms to undo after them.
public final class Vp8l implements Bitstream {

    private static final int SIGNATURE = 0x2F;

    private final int width;
    private final int height;
    private final ByteBuffer data;

    private Vp8l(int width, int height, ByteBuffer data) {
        this.width = width;
        this.height = height;
        this.data = data;
    }

    /// Reads the size.
    public static Vp8l open(ByteBuffer chunk) {
        ByteBuffer data = chunk.slice();
        if (data.get() != SIGNATURE) {
            throw Damage.corrupt("its lossless picture lacks the signature");
        }
        var bits = new BitReader(data.slice());
        int width = bits.number(14) + 1;
        int height = bits.number(14) + 1;
        bits.flag(); // whether alpha matters
        int version = bits.number(3);
        if (version != 0) {
            throw Damage.corrupt("version " + version + " of the lossless format");
        }
        return new Vp8l(width, height, data.slice(data.position() + 4, data.remaining() - 4));
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public byte[] rgb() {
        int[] pixels = pixels();
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) (pixels[i] >> 16);
            rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
            rgb[3 * i + 2] = (byte) pixels[i];
        }
        return rgb;
    }

    private int[] pixels() {
        var bits = new BitReader(data.duplicate());
        Deque<LosslessTransform> transforms = new ArrayDeque<>();
        Set<LosslessTransform.Kind> seen = EnumSet.noneOf(LosslessTransform.Kind.class);
        int packed = width;
        while (bits.flag()) {
            LosslessTransform.Kind kind = LosslessTransform.Kind.of(bits.number(2));
            if (!seen.add(kind)) {
                throw Damage.corrupt("a transform comes twice");
            }
            LosslessTransform transform = LosslessTransform.read(kind, bits, packed, height);
            packed = transform.packedWidth();
            transforms.push(transform);
        }
        int[] pixels = PixelStream.main(bits, packed, height);
        for (LosslessTransform transform : transforms) {
            pixels = transform.undo(pixels);
        }
        return pixels;
    }
}
