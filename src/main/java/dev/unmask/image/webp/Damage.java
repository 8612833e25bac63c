package dev.unmask.image.webp;

import dev.unmask.UnmaskException;

/// The refusals of a picture that breaks off or breaks the rules.
final class Damage {

    private Damage() {}

    static UnmaskException truncated() {
        return UnmaskException.invalid("WebP is truncated");
    }

    static UnmaskException corrupt(String why) {
        return UnmaskException.invalid("WebP is corrupt: " + why);
    }
}
