package dev.unmask.server;

import dev.unmask.UnmaskException;
import java.time.Duration;

/// Refuses settings that cannot be, with the key, the value and the limit.
final class Check {

    private Check() {}

    static void range(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw refusal(key, value, least + " to " + most);
        }
    }

    static void range(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw refusal(key, value, least + " to " + most);
        }
    }

    static UnmaskException refusal(String key, Object value, String limit) {
        return UnmaskException.invalid(key + " is " + value + "; it must be " + limit);
    }
}
