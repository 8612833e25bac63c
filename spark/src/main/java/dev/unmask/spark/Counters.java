package dev.unmask.spark;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/// What the tasks count. A task that is run again counts once, as Spark takes the figures of those alone that succeed.
///
/// @param bytes of the files that were read
record Counters(LongAccumulator pictures, LongAccumulator errors, LongAccumulator bytes) implements Serializable {

    static Counters of(SparkContext context) {
        return new Counters(
                context.longAccumulator("unmask pictures"),
                context.longAccumulator("unmask errors"),
                context.longAccumulator("unmask bytes"));
    }
}
