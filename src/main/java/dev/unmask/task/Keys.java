package dev.unmask.task;

import dev.unmask.Fault;
import dev.unmask.Sha256;
import dev.unmask.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The keys that open this service; with none configured it is open to all.
///
/// A key is 256 random bits, so that its plain SHA-256 gives nothing of it away: slow or salted hashes protect secrets
/// that can be guessed, and would cost every request their time. Hashes are compared in constant time, all of them.
public final class Keys {

    private static final int BYTES = 32;
    private static final String SCHEME = "Bearer ";
    private static final String HOW = "; send 'authorization: Bearer KEY' or 'x-api-key: KEY'";

    private final List<Key> keys;

    /// A key as it is configured.
    ///
    /// @param sha256 of the key, as [#sha256] writes it
    public record Key(String sha256, Caller caller) {}

    public Keys(List<Key> keys) {
        this.keys = List.copyOf(keys);
    }

    /// Makes a key.
    public static String random() {
        byte[] bits = new byte[BYTES];
        new SecureRandom().nextBytes(bits);
        return "um-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /// The SHA-256 of a key in 64 lower-case hexadecimal digits.
    public static String sha256(String key) {
        return Sha256.of(key.getBytes(StandardCharsets.UTF_8));
    }

    /// Who sent a request, by the values of its `authorization` and `x-api-key` headers, which must hold one key.
    public Caller caller(List<String> authorization, List<String> apiKey) {
        if (keys.isEmpty()) {
            return Caller.ANYONE;
        }
        List<String> sent = Stream.concat(authorization.stream().map(Keys::bearer), apiKey.stream())
                .toList();
        if (sent.size() != 1) {
            throw refusal((sent.isEmpty() ? "a key is needed" : sent.size() + " keys came, not 1") + HOW);
        }
        return holder(sha256(sent.getFirst()));
    }

    private Caller holder(String sha256) {
        @Nullable Caller holder = null;
        for (Key key : keys) {
            if (MessageDigest.isEqual(bytes(key.sha256()), bytes(sha256))) {
                holder = key.caller();
            }
        }
        if (holder == null) {
            throw refusal("the key is not known");
        }
        return holder;
    }

    private static String bearer(String sent) {
        String authorization = sent.stripLeading(); // gRPC keeps the space before a value
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw refusal("the authorization is not of the scheme Bearer" + HOW);
        }
        return authorization.substring(SCHEME.length()).strip();
    }

    private static byte[] bytes(String digits) {
        return digits.getBytes(StandardCharsets.US_ASCII);
    }

    private static UnmaskException refusal(String message) {
        return new UnmaskException(Fault.UNAUTHENTICATED, message);
    }
}
