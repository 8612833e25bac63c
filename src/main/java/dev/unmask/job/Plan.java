package dev.unmask.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// All that the bytes of a job's output depend on.
///
/// @param work what is done, see [Work#identity]
/// @param format in which the shards are stored
/// @param shardRows rows of a full shard
/// @param items of the input
/// @param ids sha256 over the ids of the input, in their order
public record Plan(Map<String, String> work, String format, int shardRows, long items, String ids) {

    /// How plans are written; another is refused.
    private static final String VERSION = "1";

    public Plan {
        work = new LinkedHashMap<>(work);
    }

    /// Shards of the whole output.
    public long shards() {
        return Math.ceilDiv(items, shardRows);
    }

    /// Every fact by its name, as it is written down.
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("plan", VERSION);
        facts.putAll(work);
        facts.put("format", format);
        facts.put("shard rows", String.valueOf(shardRows));
        facts.put("pictures", String.valueOf(items));
        facts.put("list of pictures (sha256)", ids);
        return facts;
    }

    /// What differs between the facts of another plan and this one's, for people.
    List<String> differences(Map<String, String> others) {
        Map<String, String> own = facts();
        List<String> differences = new ArrayList<>();
        own.forEach((name, value) -> {
            if (!Objects.equals(others.get(name), value)) {
                differences.add(name + " was " + others.getOrDefault(name, "none") + ", is " + value);
            }
        });
        others.keySet().stream()
                .filter(name -> !own.containsKey(name))
                .forEach(name -> differences.add(name + " was " + others.get(name) + ", is none"));
        return differences;
    }
}
