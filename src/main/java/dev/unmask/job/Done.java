package dev.unmask.job;

import java.util.Map;
import java.util.TreeMap;

/// A shard that is complete.
///
/// @param number from 0
/// @param files their sizes, by name
public record Done(long number, long rows, long errors, Map<String, Long> files) {

    public Done {
        files = new TreeMap<>(files);
    }
}
