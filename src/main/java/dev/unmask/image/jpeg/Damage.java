package dev.unmask.image.jpeg;

import dev.unmask.UnmaskException;

/// The refusals of a picture that breaks off, breaks the rules, or follows rules that are not known here.
final class Damage {

    private Damage() {}

    static UnmaskException truncated() {
        return UnmaskException.invalid("JPEG is truncated");
    }

    static UnmaskException corrupt(String why) {
        return UnmaskException.invalid("JPEG is corrupt: " + why);
    }

    static UnmaskException unsupported(String what) {
        return UnmaskException.invalid("JPEG " + what + " is not read");
    }
}
