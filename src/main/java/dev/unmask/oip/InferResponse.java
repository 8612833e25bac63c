package dev.unmask.oip;

import java.util.List;
import java.util.Map;

/// The answer to a request for inference.
///
/// @param id the request's
/// @param parameters what was used where the caller left it open: texts, Booleans, Longs and Doubles
record InferResponse(
        String model, String version, String id, Map<String, Object> parameters, List<InferOutput> outputs) {

    InferResponse {
        parameters = Map.copyOf(parameters);
        outputs = List.copyOf(outputs);
    }
}
