package dev.unmask.ort;

import dev.unmask.Fault;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// PyTorch's inputs and answers, case by case, stage by stage.
///
/// @param cases tensors by name, by the name of their case
record Golden(Map<String, Map<String, Tensor>> cases) {

    static Golden read(Bundle bundle) {
        Path file = bundle.checked(Bundle.GOLDEN);
        try {
            Map<String, Map<String, Tensor>> cases = new LinkedHashMap<>();
            Safetensors.read(file).forEach((key, tensor) -> {
                int dot = key.indexOf('.');
                if (dot < 0) {
                    throw UnmaskException.invalid(file + " holds \"" + key + "\", which names no case");
                }
                cases.computeIfAbsent(key.substring(0, dot), _ -> new LinkedHashMap<>())
                        .put(key.substring(dot + 1), tensor);
            });
            return new Golden(cases);
        } catch (IOException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
