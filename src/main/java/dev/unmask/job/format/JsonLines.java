package dev.unmask.job.format;

import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.file.Path;

/// A JSON object a line, with all columns by name.
final class JsonLines implements Format {

    @Override
    public String suffix() {
        return "jsonl";
    }

    @Override
    public Shard create(Path folder, String name, Table table) throws IOException {
        return new JsonShard(folder.resolve(name + "." + suffix()), table, _ -> true);
    }
}
