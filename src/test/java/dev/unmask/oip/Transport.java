package dev.unmask.oip;

import dev.unmask.Fault;
import java.util.List;
import java.util.Map;

/// A client of the protocol, whichever way it speaks: what it is told comes back in one vocabulary, refusals as
/// [Refused].
interface Transport extends AutoCloseable {

    /// A refusal as it was told, with the status as this way has it.
    final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String status;

        Refused(String status, String message) {
            super(message);
            this.status = status;
        }

        String status() {
            return status;
        }
    }

    /// Asks for inference, with headers or metadata beside.
    InferResponse infer(InferRequest request, Map<String, String> headers);

    default InferResponse infer(InferRequest request) {
        return infer(request, Map.of());
    }

    ServerMetadata server();

    ModelMetadata metadata(String model, String version);

    ModelConfig config(String model, String version);

    List<ModelStatistics> statistics(String model, String version);

    List<IndexEntry> index(boolean readyOnly);

    boolean isLive();

    boolean isReady();

    boolean isReady(String model, String version);

    void load(String model, Map<String, Object> parameters);

    void unload(String model);

    /// How this way tells of a fault.
    String status(Fault fault);

    @Override
    void close();
}
