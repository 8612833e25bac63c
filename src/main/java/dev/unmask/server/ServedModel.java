package dev.unmask.server;

import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.batch.Policy;
import dev.unmask.ort.OrtModel;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// A loaded model behind the batcher that its callers share. Its lanes are threads that run one session.
///
/// @param lanes that it was started with
/// @param queueRows that may wait
record ServedModel(OrtModel model, Batcher batcher, int lanes, int queueRows) {

    /// Runs every size of batch once, the largest first, and starts the lanes.
    static ServedModel start(OrtModel model, int lanes, Policy policy, Listener listener) {
        PatchGrid grid = model.card().grid();
        Tensor grey = Tensor.allocate(
                Tensor.Type.UINT8, grid.height(), grid.width(), model.card().channels());
        Row row = new Row(grey, Mask.none(grid));
        Set<Output> all = EnumSet.copyOf(model.card().outputs());
        for (int rows = policy.maxRows(); rows > 0; rows--) {
            model.run(Collections.nCopies(rows, row), all);
        }
        Batcher batcher = Batcher.start(Collections.nCopies(lanes, model), policy, listener);
        return new ServedModel(model, batcher, lanes, policy.queueRows());
    }

    String name() {
        return model.card().name();
    }

    /// Finishes what was accepted, and frees the model.
    void stop(Duration grace) {
        batcher.drain(grace);
        model.close();
    }
}
