package dev.unmask.ort;

import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A process that is told to end while threads open, run and close a model, and that goes on doing so in a shutdown
/// hook,
/// as a service does that finishes what it accepted. Ends with 0 and says nothing if all went well.
final class HastyEnd {

    private static final int THREADS = 3;
    private static final int ROUNDS = 20;

    private HastyEnd() {}

    public static void main(String[] arguments) throws InterruptedException {
        Bundle bundle = Bundle.open(Path.of(arguments[0]));
        CountDownLatch busy = new CountDownLatch(THREADS);
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch drained = new CountDownLatch(THREADS * ROUNDS);
        for (int thread = 0; thread < THREADS; thread++) {
            Thread.ofPlatform().daemon().start(() -> work(bundle, busy, ending, drained));
        }
        busy.await();
        Natives.api(); // by now reached, or waited for
        Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(ending, drained)));
        System.exit(0);
    }

    private static void work(Bundle bundle, CountDownLatch busy, CountDownLatch ending, CountDownLatch drained) {
        Row row = new Row(
                Tensor.allocate(Tensor.Type.UINT8, 32, 32, 3),
                Mask.none(bundle.card().grid()));
        while (true) {
            try (OrtModel model = OrtModel.open(bundle, new Device.Cpu(2))) {
                model.run(List.of(row), Set.of(Output.CLS));
            }
            busy.countDown();
            if (ending.getCount() == 0) {
                drained.countDown();
            }
        }
    }

    private static void drain(CountDownLatch ending, CountDownLatch drained) {
        ending.countDown();
        try {
            if (!drained.await(20, TimeUnit.SECONDS)) {
                System.err.println(drained.getCount() + " rounds were not finished");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
