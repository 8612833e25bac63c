package dev.unmask.image;

import dev.unmask.Tensor;
import java.util.List;

/// Pictures side by side, each with a title above it, and a line below them all.
public final class Panels {

    private static final int BACKGROUND = 0xF8F8F6;
    private static final int EDGE = 0xD6D6D2;
    private static final int TITLE = 0x22252A;
    private static final int FOOTER = 0x62666C;
    private static final int MARGIN = 20;
    private static final int GAP = 16;
    private static final int LINE_GAP = 8;
    /// Smaller pictures are enlarged, pixel by pixel, until they are this wide.
    private static final int MIN_WIDTH = 160;

    private final List<Picture> pictures;
    private final List<String> titles;
    private final String footer;

    private Panels(List<Panel> panels, String footer) {
        this.pictures = panels.stream()
                .map(panel -> enlarged(Picture.of(panel.picture())))
                .toList();
        this.titles = panels.stream().map(Panel::title).toList();
        this.footer = footer;
    }

    /// One picture and what it shows.
    ///
    /// @param title may be empty
    /// @param picture uint8 (height, width, 3)
    public record Panel(String title, Tensor picture) {}

    /// The panels from left to right, uint8 (height, width, 3). One panel without any words is the bare picture.
    ///
    /// @param footer may be empty
    public static Tensor compose(List<Panel> panels, String footer) {
        if (panels.isEmpty()) {
            throw new IllegalArgumentException("no panels");
        }
        if (panels.size() == 1 && panels.getFirst().title().isEmpty() && footer.isEmpty()) {
            return panels.getFirst().picture();
        }
        return new Panels(panels, footer).draw().tensor();
    }

    private Picture draw() {
        Lettering title = Lettering.title();
        Lettering small = Lettering.footer();
        int head = titles.stream().allMatch(String::isEmpty) ? 0 : title.height() + LINE_GAP;
        int foot = footer.isEmpty() ? 0 : small.height() + LINE_GAP;
        int tallest = pictures.stream().mapToInt(Picture::height).max().orElseThrow();
        var canvas = new Canvas(width(), MARGIN + head + tallest + foot + MARGIN, BACKGROUND);
        int left = MARGIN;
        for (int i = 0; i < pictures.size(); i++) {
            Picture picture = pictures.get(i);
            title.draw(title.fit(titles.get(i), picture.width()), canvas, left, MARGIN, TITLE);
            place(picture, canvas, left, MARGIN + head);
            left += picture.width() + GAP;
        }
        int below = MARGIN + head + tallest + LINE_GAP;
        small.draw(small.fit(footer, width() - 2 * MARGIN), canvas, MARGIN, below, FOOTER);
        return canvas.picture();
    }

    /// With a thin edge around it, which shows where a white picture ends.
    private void place(Picture picture, Canvas canvas, int left, int top) {
        canvas.fill(left - 1, top - 1, left + picture.width() + 1, top + picture.height() + 1, EDGE);
        canvas.place(picture, left, top);
    }

    private int width() {
        int panels = pictures.stream().mapToInt(Picture::width).sum();
        return 2 * MARGIN + panels + GAP * (pictures.size() - 1);
    }

    static Picture enlarged(Picture picture) {
        int scale = Math.ceilDiv(MIN_WIDTH, picture.width());
        return scale == 1 ? picture : picture.enlarged(scale);
    }
}
