package dev.unmask.job;

/// Work of a model that is at hand: what a task makes of pictures.
///
/// @param <P> a picture that is ready for its batch
public abstract sealed class LocalWork<P> implements Work<P> permits AnomalyWork, EmbedWork, ReconstructWork {

    private final Views views;

    LocalWork(Views views) {
        this.views = views;
    }

    /// How pictures reach the model.
    public final Views views() {
        return views;
    }

    @Override
    public final String digest() {
        return views.card().digest();
    }

    @Override
    public int rows() {
        return views.rows();
    }

    @Override
    public final int runs() {
        return views.runs();
    }
}
