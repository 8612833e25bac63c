package dev.unmask;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256, as keys, files and lists are known by.
public final class Sha256 {

    private Sha256() {}

    /// One that is given its bytes in parts.
    public static MessageDigest inParts() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Of these bytes, in 64 lower-case hexadecimal digits.
    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(inParts().digest(bytes));
    }
}
