package dev.unmask.image.jpeg;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The picture's size and its components.
///
/// @param progressive coefficients come in several scans, coarse ones first
record Frame(int width, int height, boolean progressive, List<Component> components) {

    static final int BLOCK = 8;
    private static final int MAX_SAMPLING = 4;

    /// One colour component.
    ///
    /// @param across samples in the width of a macroblock, in blocks
    /// @param down samples in the height of a macroblock, in blocks
    /// @param table of the quantizer
    record Component(int name, int across, int down, int table) {}

    Frame {
        components = List.copyOf(components);
    }

    static Frame read(Segments.Segment segment) {
        requireHuffman(segment.marker());
        ByteBuffer body = segment.body().duplicate();
        int precision = body.get() & 0xFF;
        if (precision != 8) {
            throw Damage.unsupported("with " + precision + " bits a sample");
        }
        int height = body.getChar();
        int width = body.getChar();
        int count = body.get() & 0xFF;
        List<Component> components = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            components.add(component(body));
        }
        return new Frame(width, height, segment.marker() == 0xC2, components);
    }

    private static Component component(ByteBuffer body) {
        int name = body.get() & 0xFF;
        int sampling = body.get() & 0xFF;
        var component = new Component(name, sampling >> 4, sampling & 0xF, body.get() & 0xFF);
        if (component.across < 1
                || component.across > MAX_SAMPLING
                || component.down < 1
                || component.down > MAX_SAMPLING) {
            throw Damage.corrupt(component.across + " x " + component.down + " blocks of a component");
        }
        return component;
    }

    private static void requireHuffman(int marker) {
        if (marker > 0xC2) {
            throw Damage.unsupported(marker > 0xC8 ? "with arithmetic coding" : "lossless or hierarchical");
        }
    }

    int maxAcross() {
        return components.stream().mapToInt(Component::across).max().orElseThrow();
    }

    int maxDown() {
        return components.stream().mapToInt(Component::down).max().orElseThrow();
    }

    /// Macroblocks in a row: what holds at least one block of every component.
    int columns() {
        return Math.ceilDiv(width, BLOCK * maxAcross());
    }

    int rows() {
        return Math.ceilDiv(height, BLOCK * maxDown());
    }

    /// The width of a component in samples.
    int width(Component component) {
        return Math.ceilDiv(width * component.across, maxAcross());
    }

    /// The height of a component in samples.
    int height(Component component) {
        return Math.ceilDiv(height * component.down, maxDown());
    }
}
