package dev.unmask.spark;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which device a task runs on: what the job asks for, on the card that Spark gives it.
final class Devices {

    private Devices() {}

    /// The device, as `Device.parse` reads it, or auto.
    ///
    /// @param wish auto, cpu, cuda, cuda:N, tensorrt, tensorrt:N
    /// @param addresses of the task's resource `gpu`, of which it has the first; none where Spark hands out none
    static String of(String wish, List<String> addresses) {
        if (addresses.isEmpty() || wish.equals("cpu")) {
            return wish;
        }
        String kind = wish.equals("auto") ? "cuda" : wish;
        int colon = kind.indexOf(':');
        if (colon < 0) {
            return kind + ":" + index(addresses.getFirst());
        }
        String asked = kind.substring(colon + 1);
        if (!addresses.contains(asked)) {
            throw UnmaskException.invalid(
                    "device " + wish + " is not what Spark gives the task: gpu " + String.join(", ", addresses));
        }
        return kind;
    }

    private static int index(@Nullable String address) {
        try {
            return Integer.parseInt(String.valueOf(address));
        } catch (NumberFormatException e) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    "gpu address '" + address + "' is no card's number; the discovery script must print numbers,"
                            + " as nvidia-smi --query-gpu=index does",
                    e);
        }
    }
}
