package dev.unmask.job;

import dev.unmask.Tensor;
import dev.unmask.job.Column.Kind;
import dev.unmask.task.Anomaly;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.AnomalyPanel;
import dev.unmask.task.View;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How odd pictures are, and where: columns `score`, `max` and `map`, the error of each patch.
public final class AnomalyWork extends LocalWork<View> {

    /// What [Anomaly] takes.
    public record Options(int masks, int rounds, long seed, double top) {}

    private final Options options;
    private final boolean draws;
    private final Anomaly task;

    /// @param draws whether it makes a picture of each, the heat over the photo
    public AnomalyWork(Views views, Options options, boolean draws) {
        super(views);
        this.options = options;
        this.draws = draws;
        this.task = new Anomaly(views.model(), options.masks, options.rounds, options.seed, options.top);
    }

    public Options options() {
        return options;
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = views().identity("anomaly");
        identity.put("masks", String.valueOf(options.masks));
        identity.put("rounds", String.valueOf(options.rounds));
        identity.put("seed", String.valueOf(options.seed));
        identity.put("top", String.valueOf(options.top));
        identity.put("pictures", String.valueOf(draws));
        return identity;
    }

    @Override
    public List<Column> columns() {
        return List.of(
                new Column("score", Kind.FLOAT64),
                new Column("max", Kind.FLOAT64),
                new Column("map", Kind.FLOAT32S, views().card().grid().patches()));
    }

    /// As many pictures as their passes fill a batch.
    @Override
    public int rows() {
        return Math.max(1, views().rows() / (options.masks * options.rounds));
    }

    @Override
    public Prepared<View> prepare(byte[] file) throws InterruptedException {
        return views().prepare(file);
    }

    @Override
    public List<Made> run(List<View> pictures) {
        return task.run(pictures.stream().map(View::pixels).toList()).stream()
                .map(this::made)
                .toList();
    }

    /// What becomes of a picture that was judged elsewhere.
    ///
    /// @param file of the picture
    /// @param errors of each patch
    public Made made(byte[] file, List<Double> errors, double max, double score) throws InterruptedException {
        if (!draws) {
            return new Made(values(errors, max, score), null);
        }
        Tensor original = prepare(file).payload().pixels();
        return made(Finding.of(original, views().card().grid(), errors, max, score));
    }

    private Made made(Finding finding) {
        List<Object> values = values(finding.errors(), finding.max(), finding.score());
        return new Made(values, draws ? draw(finding) : null);
    }

    private static List<Object> values(List<Double> errors, double max, double score) {
        float[] map = new float[errors.size()];
        for (int patch = 0; patch < map.length; patch++) {
            map[patch] = errors.get(patch).floatValue();
        }
        return List.of(score, max, map);
    }

    private ByteBuffer draw(Finding finding) {
        String score = String.format(Locale.ROOT, "score %.3f · max %.3f", finding.score(), finding.max());
        String footer = views().card().name() + " · " + options.masks + " masks · " + score;
        return ByteBuffer.wrap(AnomalyPanel.draw(finding, footer));
    }
}
