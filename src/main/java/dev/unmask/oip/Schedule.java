package dev.unmask.oip;

import dev.unmask.Call;
import dev.unmask.UnmaskException;
import dev.unmask.door.Exchange;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The schedule policy extension: parameters `priority` (1 is served first; 0, and levels that do not exist, are the
/// default) and `timeout` (microseconds; 0: the service's own).
final class Schedule {

    private static final long MOST_MICROS = Duration.ofHours(1).toNanos() / 1000;

    private Schedule() {}

    static void apply(Map<String, Object> parameters, Exchange exchange) {
        long timeout = number("timeout", parameters.get("timeout"));
        if (timeout > 0) {
            exchange.waits(Duration.of(Math.min(timeout, MOST_MICROS), ChronoUnit.MICROS));
        }
        long priority = number("priority", parameters.get("priority"));
        if (priority > 0 && priority <= Call.PRIORITIES) {
            exchange.presses((int) priority);
        }
    }

    private static long number(String name, @Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case Long number when number >= 0 -> number;
            default -> throw UnmaskException.invalid("parameter '" + name + "' is " + value + ", not a number from 0");
        };
    }
}
