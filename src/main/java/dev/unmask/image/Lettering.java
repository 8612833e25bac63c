package dev.unmask.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// One size of lettering, cut from a picture of all characters, so that captions need no fonts of the machine they are
/// drawn on. White on black; the topmost line of the picture is not lettering: it is white where a character begins.
final class Lettering {

    private static final String CHARACTERS = characters();
    private static final char UNKNOWN = '?';
    private static final String ELLIPSIS = "…";

    private final Picture sheet;
    private final int[] starts;

    private Lettering(Picture sheet) {
        this.sheet = sheet;
        this.starts = starts(sheet);
    }

    /// Large enough to name a panel.
    static Lettering title() {
        return read("title.png");
    }

    /// For what goes below.
    static Lettering footer() {
        return read("footer.png");
    }

    int height() {
        return sheet.height() - 1;
    }

    int width(String text) {
        return text.chars().map(this::glyph).map(this::width).sum();
    }

    /// The text, or as much of its beginning as `width` pixels hold.
    String fit(String text, int width) {
        String fitting = text;
        for (int length = text.length() - 1; length >= 0 && width(fitting) > width; length--) {
            fitting = text.substring(0, length).stripTrailing() + ELLIPSIS;
        }
        return fitting;
    }

    /// Draws text whose top left corner is `x`, `y`. All of it must lie on the canvas.
    void draw(String text, Canvas canvas, int x, int y, int color) {
        int left = x;
        for (int i = 0; i < text.length(); i++) {
            int glyph = glyph(text.charAt(i));
            for (int row = 0; row < height(); row++) {
                for (int column = 0; column < width(glyph); column++) {
                    canvas.blend(left + column, y + row, color, level(starts[glyph] + column, row + 1));
                }
            }
            left += width(glyph);
        }
    }

    private int level(int x, int y) {
        return sheet.rgb()[(y * sheet.width() + x) * Picture.CHANNELS] & 0xFF;
    }

    private int width(int glyph) {
        return starts[glyph + 1] - starts[glyph];
    }

    private int glyph(int character) {
        int glyph = CHARACTERS.indexOf(character);
        return glyph >= 0 ? glyph : CHARACTERS.indexOf(UNKNOWN);
    }

    private static Lettering read(String name) {
        try (InputStream file = Lettering.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("this build lacks " + name + ", which export/captions.py draws");
            }
            return new Lettering(Decoder.DEFAULT.decode(file.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] starts(Picture sheet) {
        int[] starts = new int[CHARACTERS.length() + 1];
        int found = 0;
        for (int x = 0; x < sheet.width(); x++) {
            if (sheet.rgb()[x * Picture.CHANNELS] != 0) {
                starts[found++] = x;
            }
        }
        starts[found] = sheet.width();
        return starts;
    }

    /// The characters on the sheet, in order.
    private static String characters() {
        var characters = new StringBuilder();
        for (char character = ' '; character <= '~'; character++) {
            characters.append(character);
        }
        return characters.append("·×–…").toString();
    }
}
