package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.PatchGrid;
import dev.unmask.Tensor;
import dev.unmask.image.Overlay;
import dev.unmask.image.Panels;
import dev.unmask.image.Png;
import dev.unmask.task.Reconstruct.Reconstruction;
import java.util.List;
import java.util.Locale;

/// The pictures a reconstruction can be shown as, in the order of the paper's demonstration notebook.
public enum ReconstructionPanel {
    ORIGINAL("original"),
    MASKED("masked"),
    RECONSTRUCTION("reconstruction"),
    COMBINED("reconstruction + visible");

    private final String title;

    ReconstructionPanel(String title) {
        this.title = title;
    }

    /// The PNG file of these panels side by side, with what was hidden and the loss below; of one alone, the bare
    /// picture.
    public static byte[] draw(List<ReconstructionPanel> panels, Reconstruction reconstruction, Card card) {
        Mask mask = reconstruction.mask();
        String footer = card.name() + " · " + (mask.patches() - mask.kept()) + " of " + mask.patches()
                + " patches hidden · loss " + String.format(Locale.ROOT, "%.4f", reconstruction.loss());
        return draw(panels, reconstruction, card.grid(), footer);
    }

    /// The PNG file of these panels side by side; of one alone, the bare picture.
    public static byte[] draw(
            List<ReconstructionPanel> panels, Reconstruction reconstruction, PatchGrid grid, String footer) {
        if (panels.size() == 1) {
            return Png.write(panels.getFirst().picture(reconstruction, grid));
        }
        return Png.write(Panels.compose(
                panels.stream()
                        .map(panel -> new Panels.Panel(panel.title, panel.picture(reconstruction, grid)))
                        .toList(),
                footer));
    }

    /// The name, as callers write it.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private Tensor picture(Reconstruction reconstruction, PatchGrid grid) {
        Overlay overlay = new Overlay(grid, reconstruction.mask());
        return switch (this) {
            case ORIGINAL -> reconstruction.original();
            case MASKED -> overlay.masked(reconstruction.original());
            case RECONSTRUCTION -> reconstruction.image();
            case COMBINED -> overlay.combined(reconstruction.original(), reconstruction.image());
        };
    }
}
