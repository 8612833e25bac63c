package dev.unmask.spark;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import dev.unmask.job.Listener;
import dev.unmask.job.Made;
import dev.unmask.job.Result;
import dev.unmask.job.Work;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/// What a task does with its partition: rows in, the same rows out with what was made of their pictures, in their
/// order. Batches are cut from the partition's begin, so that a task that is run again makes the same rows.
///
/// @param picture which column has the picture: its path, or its bytes, which are dropped
record PartitionWork(
        ModelSpec spec,
        Task task,
        int picture,
        boolean bytes,
        Counters counters,
        Broadcast<SerializableConfiguration> hadoop)
        implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        if (!rows.hasNext()) {
            return Collections.emptyIterator(); // no model for nothing
        }
        return new Rows(rows, task.work(Models.views(spec)), TaskContext.get());
    }

    /// The rows of one task. All but counting bytes happens on the task's thread.
    private final class Rows implements Iterator<Row> {

        private final Iterator<Row> rows;
        private final String digest;
        private final TaskContext context;
        private final Configuration configuration = hadoop.value().value();
        private final Queue<Row> pending = new ArrayDeque<>();
        private final LongAdder read = new LongAdder();
        private final TaskPipeline<?> results;

        Rows(Iterator<Row> rows, Work<?> work, TaskContext context) {
            this.rows = rows;
            this.digest = work.digest();
            this.context = context;
            this.results = new TaskPipeline<>(work, new Items(), Share.ofTask().cores(), new Listener() {
                @Override
                public void read(long bytes, long nanos) {
                    read.add(bytes);
                }
            });
            TaskCompletionListener closing = _ -> results.close();
            context.addTaskCompletionListener(closing);
        }

        /// The partition's rows as pictures, each kept until its result comes.
        private final class Items implements Iterator<Item> {

            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Item next() {
                Row row = rows.next();
                pending.add(row);
                return item(row, configuration);
            }
        }

        @Override
        public boolean hasNext() {
            if (context.isInterrupted()) {
                throw new TaskKilledException();
            }
            return results.hasNext();
        }

        @Override
        public Row next() {
            Result result = results.next();
            counters.pictures().add(1);
            counters.errors().add(result.error() == null ? 0 : 1);
            counters.bytes().add(read.sumThenReset());
            return row(pending.remove(), result, digest);
        }
    }

    private Item item(Row row, Configuration configuration) {
        if (row.isNullAt(picture)) {
            return new Item("", () -> {
                throw UnmaskException.invalid("there is no " + (bytes ? "picture" : "path") + " in the row");
            });
        }
        if (bytes) {
            byte[] file = row.getAs(picture);
            return new Item("", () -> file);
        }
        String path = row.getString(picture);
        return new Item(path, new FileContent(path, configuration));
    }

    /// What a task makes is null where there is an error: unlike Parquet's lists of a fixed size, Spark's know gaps.
    private Row row(Row input, Result result, String digest) {
        List<@Nullable Object> cells = new ArrayList<>();
        for (int i = 0; i < input.size(); i++) {
            if (!bytes || i != picture) {
                cells.add(input.get(i));
            }
        }
        Made made = result.made();
        cells.addAll(made == null ? Collections.nCopies(task.columns().size(), null) : made.values());
        cells.addAll(Arrays.asList(result.width(), result.height(), result.sha256(), digest, result.error()));
        if (task.draws()) {
            cells.add(png(made));
        }
        return RowFactory.create(cells.toArray());
    }

    private static byte @Nullable [] png(@Nullable Made made) {
        if (made == null || made.png() == null) {
            return null;
        }
        ByteBuffer drawing = made.png().duplicate();
        byte[] file = new byte[drawing.remaining()];
        drawing.get(file);
        return file;
    }
}
