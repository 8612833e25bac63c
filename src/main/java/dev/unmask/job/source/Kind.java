package dev.unmask.job.source;

import java.util.Locale;

/// What a file is taken for, by the end of its name in any case.
enum Kind {
    PICTURE,
    TAR,
    TEXT,
    CSV,
    TSV,
    PARQUET,
    OTHER;

    static Kind of(String name) {
        String suffix = name.substring(Math.max(0, name.lastIndexOf('.')));
        return switch (suffix.toLowerCase(Locale.ROOT)) {
            case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp" -> PICTURE;
            case ".tar" -> TAR;
            case ".txt" -> TEXT;
            case ".csv" -> CSV;
            case ".tsv" -> TSV;
            case ".parquet" -> PARQUET;
            default -> OTHER;
        };
    }
}
