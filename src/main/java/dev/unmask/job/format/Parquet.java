package dev.unmask.job.format;

import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.file.Path;

/// Parquet, compressed by Zstandard. Loads nothing of Parquet's before the first shard is begun.
final class Parquet implements Format {

    @Override
    public String suffix() {
        return "parquet";
    }

    @Override
    public Shard create(Path folder, String name, Table table) throws IOException {
        return new ParquetShard(folder.resolve(name + "." + suffix()), table);
    }
}
