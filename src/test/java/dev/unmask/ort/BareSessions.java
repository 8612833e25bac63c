package dev.unmask.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/// Encoder and decoder of a bundle with nothing of ours around them, for measurements.
record BareSessions(OrtSession encoder, OrtSession decoder) {

    /// What the threads of a session do when they have nothing to do.
    enum Idle {
        STOP, // spin within a run, sleep between runs
        SLEEP,
        SPIN
    }

    static BareSessions open(Path bundle, int threads, Idle idle) throws OrtException {
        try (SessionOptions options = new SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            switch (idle) {
                case STOP -> options.addConfigEntry("session.force_spinning_stop", "1");
                case SLEEP -> options.addConfigEntry("session.intra_op.allow_spinning", "0");
                case SPIN -> options.addConfigEntry("session.intra_op.allow_spinning", "1");
            }
            return new BareSessions(
                    Natives.environment()
                            .createSession(bundle.resolve("encoder.uint8.onnx").toString(), options),
                    Natives.environment()
                            .createSession(bundle.resolve("decoder.onnx").toString(), options));
        }
    }

    void run(Map<String, OnnxTensor> inputs, boolean decode) throws OrtException {
        Map<String, OnnxTensor> pictures = Map.of("pixels", inputs.get("pixels"), "ids_keep", inputs.get("ids_keep"));
        try (OrtSession.Result encoded = encoder.run(pictures, Set.of(decode ? "latent" : "mean"))) {
            if (decode) {
                decoder.run(
                                Map.of("latent", (OnnxTensor) encoded.get(0), "ids_restore", inputs.get("ids_restore")),
                                Set.of("patches", "image"))
                        .close();
            }
        }
    }
}
