package dev.unmask.job;

import dev.unmask.Sha256;
import dev.unmask.UnmaskException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An item that was read and made ready, or why it could not be.
///
/// @param sha256 null where it could not be read
/// @param prepared null where it was refused
record Ready<P>(
        String id,
        @Nullable String sha256,
        @Nullable Prepared<P> prepared,
        @Nullable String error) {

    static <P> Ready<P> of(Item item, Work<P> work, Listener listener) throws InterruptedException {
        String sha256 = null;
        try {
            long begun = System.nanoTime();
            byte[] file = item.bytes();
            listener.read(file.length, System.nanoTime() - begun);
            sha256 = Sha256.of(file);
            return new Ready<>(item.id(), sha256, prepare(file, work, listener), null);
        } catch (UnmaskException refusal) {
            if (!refusal.fault().isOfOnePicture()) {
                throw refusal;
            }
            return new Ready<>(item.id(), sha256, null, refusal.getMessage());
        } catch (OutOfMemoryError _) {
            return new Ready<>(item.id(), sha256, null, "takes more memory than there is");
        }
    }

    private static <P> Prepared<P> prepare(byte[] file, Work<P> work, Listener listener) throws InterruptedException {
        long begun = System.nanoTime();
        try {
            return work.prepare(file);
        } finally {
            listener.prepared(System.nanoTime() - begun);
        }
    }

    /// What its batch takes; nothing where it was refused.
    Stream<P> payload() {
        return prepared == null ? Stream.empty() : Stream.of(prepared.payload());
    }

    /// The row of a picture that its batch made something of.
    Result result(Made made) {
        Prepared<P> picture = Objects.requireNonNull(prepared);
        return new Result(id, picture.width(), picture.height(), sha256, made, null);
    }

    /// The row of a picture that was refused.
    Result refused() {
        return new Result(id, null, null, sha256, null, error);
    }
}
