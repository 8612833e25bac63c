/// Masked autoencoders on Apache Spark: a third composition root, beside the server and the command line. What a task
/// does with its pictures is the pipeline of `dev.unmask.job`.
@NullMarked
package dev.unmask.spark;

import org.jspecify.annotations.NullMarked;
