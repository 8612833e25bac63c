package dev.unmask.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// SIGINT and SIGTERM while a job runs: the first asks it to stop where it loses nothing, the second ends the process
/// at once.
///
/// Reached by reflection: Java has no other way to wait for work to end before it exits, and a runtime without the
/// module `jdk.unsupported` simply ends at once.
final class Interrupts {

    private static final Map<String, Integer> EXIT_CODES = Map.of("INT", 130, "TERM", 143);

    private final AtomicReference<@Nullable String> first = new AtomicReference<>();
    private final Consumer<String> told;

    private Interrupts(Consumer<String> told) {
        this.told = told;
    }

    /// Listens from now on, for as long as the process lives.
    ///
    /// @param told of the first, by its name
    static Interrupts listen(Consumer<String> told) {
        Interrupts interrupts = new Interrupts(told);
        EXIT_CODES.keySet().forEach(interrupts::listenTo);
        return interrupts;
    }

    boolean came() {
        return first.get() != null;
    }

    /// What a process that was stopped so exits with, as shells have it; 0 if nothing came.
    int exitCode() {
        String name = first.get();
        return name == null ? 0 : EXIT_CODES.getOrDefault(name, 1);
    }

    private void listenTo(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler raise = (_, _, _) -> {
                raised(name);
                return null;
            };
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, raise);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException _) {
            // such a signal ends the process, and the job goes on from its last shard when it is begun again
        }
    }

    private void raised(String name) {
        if (first.compareAndSet(null, name)) {
            told.accept(name);
        } else {
            Runtime.getRuntime().halt(EXIT_CODES.getOrDefault(name, 1));
        }
    }
}
