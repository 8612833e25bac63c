package dev.unmask.oip;

import dev.unmask.UnmaskException;
import java.util.List;
import java.util.Map;

/// A request for inference, whichever way it came.
///
/// @param version empty where the caller leaves it to us
/// @param id the caller's own, echoed; or empty
/// @param parameters texts, Booleans, Longs and Doubles
/// @param outputs that are wanted; all, if none is named
record InferRequest(
        String model,
        String version,
        String id,
        Map<String, Object> parameters,
        List<InferInput> inputs,
        List<Wanted> outputs) {

    /// An output that is wanted.
    ///
    /// @param classes the largest so many values are told as `value:index:label` in place of the tensor, unless 0
    record Wanted(String name, int classes) {

        private static final String CLASSES = "classification";

        /// Of an output's own parameters.
        static Wanted of(String name, Map<String, Object> parameters) {
            Unsupported.refuseSharedMemory("output", name, parameters.keySet());
            Object classes = parameters.getOrDefault(CLASSES, 0L);
            if (!(classes instanceof Long count) || count < 0 || count > Integer.MAX_VALUE) {
                throw UnmaskException.invalid(
                        "output '" + name + "' has " + CLASSES + " " + classes + ", not a number of classes");
            }
            return new Wanted(name, count.intValue());
        }
    }

    InferRequest {
        parameters = Map.copyOf(parameters);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
