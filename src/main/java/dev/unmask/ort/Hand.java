package dev.unmask.ort;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// One platform thread that does what others ask, one thing after the other, while they wait: for what native code ties
/// to a thread.
final class Hand implements AutoCloseable {

    private final ExecutorService thread;

    Hand(String name) {
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    /// Does it there. An interrupt of the caller is kept for later, as native code cannot be stopped.
    ///
    /// @throws java.util.concurrent.RejectedExecutionException after it was closed
    <T> T ask(Supplier<T> work) {
        Future<T> answer = thread.submit(work::get);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get();
                } catch (InterruptedException _) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw unwrapped(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Does what was asked for until now, and ends.
    @Override
    public void close() {
        thread.close();
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        return switch (e.getCause()) {
            case RuntimeException failure -> failure;
            case Error error -> throw error;
            case null, default -> new IllegalStateException(e);
        };
    }
}
