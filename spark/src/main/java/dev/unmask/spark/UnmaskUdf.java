package dev.unmask.spark;

import dev.unmask.UnmaskException;
import dev.unmask.job.EmbedWork;
import dev.unmask.task.View;
import java.util.List;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.jspecify.annotations.Nullable;

/// The vector of a picture as a function of its file's bytes, for SQL: `SELECT unmask_embed(content) FROM photos`. Null
/// for what is no picture.
///
/// It sees one picture at a time, so a model runs batches of one; [Pictures] fills them.
public final class UnmaskUdf implements UDF1<byte[], float[]> {

    private static final long serialVersionUID = 1L;

    private final ModelSpec model;
    private final Task.Embed task;
    private transient @Nullable EmbedWork work; // of the task that this copy belongs to

    /// For PySpark's `spark.udf.registerJavaFunction`, which passes nothing: the model is what the session's settings
    /// `spark.unmask.model`, `.digest`, `.device`, `.precision`, `.pool` and `.normalize` say.
    public UnmaskUdf() {
        this(SparkSession.active().conf());
    }

    private UnmaskUdf(RuntimeConfig settings) {
        this(
                new ModelSpec(
                        required(settings, "model"),
                        settings.get("spark.unmask.digest", null),
                        settings.get("spark.unmask.device", "auto"),
                        settings.get("spark.unmask.precision", "auto"),
                        0,
                        null,
                        false,
                        settings.get("spark.unmask.natives", null)),
                new Task.Embed(
                        settings.get("spark.unmask.pool", "cls"),
                        Boolean.parseBoolean(settings.get("spark.unmask.normalize", "false"))));
    }

    public UnmaskUdf(ModelSpec model, Task.Embed task) {
        this.model = ModelFiles.settle(model);
        this.task = task;
    }

    /// Makes it known to SQL by a name.
    public static void register(SparkSession session, String name, ModelSpec model, Task.Embed task) {
        session.udf().register(name, new UnmaskUdf(model, task), Task.VECTOR);
    }

    @Override
    public float @Nullable [] call(byte @Nullable [] file) throws InterruptedException {
        if (file == null) {
            return null;
        }
        try {
            EmbedWork own = work();
            View view = own.prepare(file).payload();
            return (float[]) own.run(List.of(view)).getFirst().values().getFirst();
        } catch (UnmaskException refusal) {
            if (!refusal.fault().isOfOnePicture()) {
                throw refusal;
            }
            return null;
        }
    }

    private EmbedWork work() {
        if (work == null) {
            work = task.work(Models.views(model));
        }
        return work;
    }

    private static String required(RuntimeConfig settings, String name) {
        @Nullable String value = settings.get("spark.unmask." + name, null);
        if (value == null) {
            throw UnmaskException.invalid("spark.unmask." + name + " is not set");
        }
        return value;
    }
}
