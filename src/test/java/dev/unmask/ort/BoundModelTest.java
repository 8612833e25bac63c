package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// Bound runs over main memory, to the last bit.
class BoundModelTest extends BoundRuns {

    @Override
    Device device() {
        return new Device.Cpu(1);
    }

    @Override
    Execution execution() {
        return Execution.BOUND;
    }

    @Override
    double tolerance() {
        return 0;
    }

    @Test
    void aProcessorCapturesNoGraphs() {
        Setup setup = new Setup(device(), Precision.AUTO, Execution.GRAPH, MAX_ROWS, 0, "tested");
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        assertThatThrownBy(() -> DeviceModel.open(bundle, setup, Stages.UNHEARD))
                .hasMessage("execution graph takes a CUDA card; the device is cpu");
    }
}
