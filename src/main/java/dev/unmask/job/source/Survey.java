package dev.unmask.job.source;

import dev.unmask.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/// What a list of items is, by one pass over it: the same survey, the same items in the same order.
///
/// @param count of the items
/// @param sha256 of their ids one after the other, each in UTF-8 and followed by a NUL
public record Survey(long count, String sha256) {

    public static Survey of(Source source) {
        MessageDigest digest = Sha256.inParts();
        long count = 0;
        try (Items items = source.iterator()) {
            while (items.hasNext()) {
                digest.update(items.next().id().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                count++;
            }
        }
        return new Survey(count, HexFormat.of().formatHex(digest.digest()));
    }
}
