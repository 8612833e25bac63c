package dev.unmask.task;

import dev.unmask.image.HeatMap;
import dev.unmask.image.Panels;
import dev.unmask.image.Panels.Panel;
import dev.unmask.image.Png;
import dev.unmask.task.Anomaly.Finding;
import java.util.List;

/// The picture of what is odd: the photo, and the heat over it.
public final class AnomalyPanel {

    private AnomalyPanel() {}

    /// A PNG file.
    public static byte[] draw(Finding finding, String footer) {
        List<Panel> panels = List.of(
                new Panel("original", finding.original()),
                new Panel("error", HeatMap.over(finding.original(), finding.heat())));
        return Png.write(Panels.compose(panels, footer));
    }
}
