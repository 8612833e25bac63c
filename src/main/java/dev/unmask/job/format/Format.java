package dev.unmask.job.format;

import dev.unmask.UnmaskException;
import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// How a shard of a table is stored. The same rows give the same bytes.
public interface Format {

    /// What the names of its files end in: `parquet`.
    String suffix();

    /// Refuses a table that it cannot hold.
    default void check(Table table) {}

    /// Begins a shard. Files that are there already are replaced.
    ///
    /// @param folder for its files, which are named `name.SUFFIX`, and whatever else the format has
    Shard create(Path folder, String name, Table table) throws IOException;

    /// All of them.
    static List<Format> all() {
        return List.of(new Parquet(), new Npy(), new JsonLines());
    }

    /// The one of files that end in `.SUFFIX`.
    static Format of(String suffix) {
        return all().stream()
                .filter(format -> format.suffix().equals(suffix))
                .findFirst()
                .orElseThrow(() -> UnmaskException.invalid("'" + suffix + "' is not a format of tables: "
                        + all().stream().map(Format::suffix).collect(Collectors.joining(", "))));
    }
}
