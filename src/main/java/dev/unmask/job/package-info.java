/// Many pictures, one output: a table in shards that survives anything. What runs on one machine and in each task of a
/// Spark job is the same [Pipeline].
@NullMarked
package dev.unmask.job;

import org.jspecify.annotations.NullMarked;
