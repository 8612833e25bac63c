package dev.unmask.job;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.job.Column.Kind;
import dev.unmask.task.Embed;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding;
import dev.unmask.task.Embedding.Dtype;
import dev.unmask.task.View;
import java.util.List;
import java.util.Map;

/// Pictures to vectors, in a column `embedding`.
public final class EmbedWork extends LocalWork<View> {

    private final Pool pool;
    private final boolean normalize;
    private final Dtype dtype;
    private final Embed task;

    /// @param pool one vector a picture: cls or mean
    /// @param dtype float32 or float16
    public EmbedWork(Views views, Pool pool, boolean normalize, Dtype dtype) {
        super(views);
        if (pool == Pool.PATCHES) {
            throw new UnmaskException(
                    Fault.INVALID, "pool 'patches' is not one vector a picture; a table holds cls or mean");
        }
        if (dtype != Dtype.FLOAT32 && dtype != Dtype.FLOAT16) {
            throw UnmaskException.invalid("dtype '" + dtype + "' is not one that a table holds: float32 or float16");
        }
        this.pool = pool;
        this.normalize = normalize;
        this.dtype = dtype;
        this.task = new Embed(views.model(), pool, normalize, dtype);
    }

    public Pool pool() {
        return pool;
    }

    public boolean normalize() {
        return normalize;
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = views().identity("embed");
        identity.put("pool", pool.toString());
        identity.put("normalize", String.valueOf(normalize));
        identity.put("dtype", dtype.toString());
        return identity;
    }

    @Override
    public List<Column> columns() {
        Kind kind = dtype == Dtype.FLOAT32 ? Kind.FLOAT32S : Kind.FLOAT16S;
        return List.of(new Column("embedding", kind, views().card().encoder().width()));
    }

    @Override
    public Prepared<View> prepare(byte[] file) throws InterruptedException {
        return views().prepare(file);
    }

    @Override
    public List<Made> run(List<View> pictures) {
        List<Embedding> embeddings =
                task.run(pictures.stream().map(View::pixels).toList());
        return embeddings.stream()
                .map(embedding -> new Made(List.of(embedding.vectors().toFloats()), null))
                .toList();
    }
}
