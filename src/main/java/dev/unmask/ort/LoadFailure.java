package dev.unmask.ort;

import ai.onnxruntime.OrtException;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Why a graph cannot be loaded, from what ONNX Runtime says of it.
final class LoadFailure {

    private static final String FULL = "out of memory";
    private static final String NOT_ALLOCATED = "failed to allocate memory";
    private static final String NOT_WHOLE = "cannot use the graph capture feature";
    private static final String NO_CODE = "no kernel image is available";

    /// How ONNX Runtime words what CUDA answered, amid where in its sources.
    private static final Pattern CUDA = Pattern.compile("CUDA failure [0-9]+: [^;]*[^; ]");

    private LoadFailure() {}

    /// The part of its words that is for people.
    static String brief(OrtException failure) {
        String said = String.valueOf(failure.getMessage());
        Matcher cuda = CUDA.matcher(said);
        return cuda.find() ? cuda.group() : said.strip();
    }

    static UnmaskException of(Path file, Setup setup, OrtException failure) {
        return new UnmaskException(
                Fault.UNAVAILABLE,
                "cannot load " + file + " on " + setup.device().text() + ": " + reason(setup, brief(failure)),
                failure);
    }

    private static String reason(Setup setup, String said) {
        String device = setup.device().text();
        String small = said.toLowerCase(Locale.ROOT);
        if (setup.device() instanceof Device.Gpu card && (small.contains(FULL) || small.contains(NOT_ALLOCATED))) {
            return "the card is full"
                    + Cuda.memory(card).map(memory -> ", " + memory).orElse("") + " (" + said + ")";
        }
        if (said.contains(NOT_WHOLE)) {
            return "not all of its operators run there, and none may run on the processor instead (" + said + ")";
        }
        if (said.contains(NO_CODE)) {
            return "this build of ONNX Runtime has no code for " + device + " (" + said + ")";
        }
        if (setup.device() instanceof Device.Cpu && setup.precision() != Precision.FP32) {
            return "the processor lacks an operator in " + setup.precision().text() + "; fp32 runs everywhere (" + said
                    + ")";
        }
        return said;
    }
}
