/// Tables as files: Parquet, NumPy, JSON lines.
@NullMarked
package dev.unmask.job.format;

import org.jspecify.annotations.NullMarked;
