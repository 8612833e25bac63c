package dev.unmask.spark;

import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.spark.InputOptions.Input;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/// A table of pictures read, worked on, written.
record Job(InputOptions input, ModelSpec model, Task task, OutputOptions output) {

    private static final int TOLD_ERRORS = 10;

    /// Runs it; the exit code.
    int run(SparkSession session, PrintWriter out, PrintWriter err) {
        output.check(session.sparkContext().hadoopConfiguration());
        ModelSpec settled = ModelFiles.settle(ModelFiles.unpacked(model.model())
                .map(name -> model.at(name, model.digest()))
                .orElse(model));
        Input read = input.read(session, output.shardRows);
        Counters counters = Counters.of(session.sparkContext());
        Progress progress = new Progress(counters, read.total(), System::nanoTime, err);
        long begun = System.nanoTime();
        session.sparkContext().addSparkListener(progress);
        try {
            Dataset<Row> made = Pictures.of(read.rows(), read.picture()).with(task, settled, counters);
            output.write(made.drop(InputOptions.PATH));
        } finally {
            session.sparkContext().removeSparkListener(progress);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        Summary summary = new Summary(
                counters.pictures().value(),
                counters.errors().value(),
                counters.bytes().value(),
                seconds,
                progress.again(),
                String.valueOf(settled.digest()),
                output.out);
        tell(session, summary, out, err);
        return summary.errors() == 0 ? UnmaskSpark.DONE : UnmaskSpark.SOME_FAILED;
    }

    /// What came of a job.
    ///
    /// @param again tasks that were run again
    private record Summary(
            long pictures, long errors, long bytes, double seconds, int again, String model, String out) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,d pictures, %,d with errors, %,.1f MB in %,.1f s: %,.1f pictures/s%s -> %s",
                    pictures,
                    errors,
                    bytes / 1e6,
                    seconds,
                    pictures / seconds,
                    again == 0 ? "" : ", " + again + (again == 1 ? " task" : " tasks") + " run again",
                    out);
        }

        String json() {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("rows", pictures);
            facts.put("errors", errors);
            facts.put("bytes_read", bytes);
            facts.put("seconds", seconds);
            facts.put("pictures_per_second", pictures / seconds);
            facts.put("tasks_run_again", again);
            facts.put("model", model);
            facts.put("out", out);
            try {
                return new ObjectMapper().writeValueAsString(facts);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e); // texts and numbers
            }
        }
    }

    private void tell(SparkSession session, Summary summary, PrintWriter out, PrintWriter err) {
        if (summary.errors() > 0) {
            List<Row> failed = session.read()
                    .parquet(output.out)
                    .where(col("error").isNotNull())
                    .select("id", "error")
                    .limit(TOLD_ERRORS)
                    .collectAsList();
            failed.forEach(row -> err.println("unmask: " + row.getString(0) + ": " + row.getString(1)));
            if (summary.errors() > failed.size()) {
                err.println("unmask: and " + (summary.errors() - failed.size()) + " more (error is not null)");
            }
        }
        err.println("unmask: " + summary);
        err.flush();
        if (output.json) {
            out.println(summary.json());
            out.flush();
        }
    }
}
