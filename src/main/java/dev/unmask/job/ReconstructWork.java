package dev.unmask.job;

import dev.unmask.Row;
import dev.unmask.job.Column.Kind;
import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.Reconstruct.Reconstruction;
import dev.unmask.task.ReconstructionPanel;
import dev.unmask.task.View;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/// Pictures filled in: a column `loss`, and a drawing of each.
public final class ReconstructWork extends LocalWork<Row> {

    private final Masking masking;
    private final PatchStats stats;
    private final List<ReconstructionPanel> panels;
    private final Reconstruct task;

    /// @param panels that are drawn of each picture; none for no drawing
    public ReconstructWork(Views views, Masking masking, PatchStats stats, List<ReconstructionPanel> panels) {
        super(views);
        this.masking = masking;
        this.stats = stats;
        this.panels = List.copyOf(panels);
        this.task = new Reconstruct(views.model(), stats);
        masking.check(views.card().grid());
    }

    public Masking masking() {
        return masking;
    }

    public PatchStats stats() {
        return stats;
    }

    public List<ReconstructionPanel> panels() {
        return panels;
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = views().identity("reconstruct");
        identity.put("mask", masking.toString());
        identity.put("patch-stats", stats.name());
        identity.put("panels", panels.toString());
        return identity;
    }

    @Override
    public List<Column> columns() {
        return List.of(new Column("loss", Kind.FLOAT64));
    }

    /// A picture that the masking does not fit is refused here, and does not end the job.
    @Override
    public Prepared<Row> prepare(byte[] file) throws InterruptedException {
        Prepared<View> seen = views().prepare(file);
        View view = seen.payload();
        Row row = new Row(view.pixels(), masking.mask(views().card().grid(), view.frame()));
        return new Prepared<>(seen.width(), seen.height(), row);
    }

    @Override
    public List<Made> run(List<Row> pictures) {
        return task.run(pictures).stream().map(this::made).toList();
    }

    private Made made(Reconstruction reconstruction) {
        return new Made(List.of(reconstruction.loss()), panels.isEmpty() ? null : draw(reconstruction));
    }

    private ByteBuffer draw(Reconstruction reconstruction) {
        return ByteBuffer.wrap(ReconstructionPanel.draw(panels, reconstruction, views().card()));
    }
}
