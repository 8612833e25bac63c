package dev.unmask.spark;

import dev.unmask.job.AnomalyWork;
import dev.unmask.job.EmbedWork;
import dev.unmask.job.ReconstructWork;
import dev.unmask.job.Views;
import dev.unmask.job.Work;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding.Dtype;
import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.ReconstructionPanel;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/// What is made of pictures; sent to the executors.
public sealed interface Task extends Serializable {

    DataType VECTOR = DataTypes.createArrayType(DataTypes.FloatType, false);

    /// The columns of what it makes.
    List<StructField> columns();

    /// What an executor does with its pictures.
    Work<?> work(Views views);

    /// Whether each row has a drawing as well, in a column `png`.
    default boolean draws() {
        return false;
    }

    /// Vectors, in a column `embedding`.
    ///
    /// @param pool cls or mean
    /// @param normalize whether each is brought to length 1
    record Embed(String pool, boolean normalize) implements Task {

        public Embed {
            Pool.parse(pool);
        }

        @Override
        public List<StructField> columns() {
            return List.of(column("embedding", VECTOR));
        }

        @Override
        public EmbedWork work(Views views) {
            return new EmbedWork(views, Pool.parse(pool), normalize, Dtype.FLOAT32);
        }
    }

    /// Pictures filled in: a column `loss`.
    ///
    /// @param ratio seed, mask and boxes as [Masking#of] takes them
    /// @param panels of the drawing; none for no drawing
    record Reconstruct(
            @Nullable Double ratio,
            @Nullable Long seed,
            @Nullable String mask,
            @Nullable String boxes,
            PatchStats stats,
            List<ReconstructionPanel> panels)
            implements Task {

        public Reconstruct {
            panels = List.copyOf(panels);
            Masking.of(ratio, seed, null, mask, boxes);
        }

        @Override
        public List<StructField> columns() {
            return List.of(column("loss", DataTypes.DoubleType));
        }

        @Override
        public ReconstructWork work(Views views) {
            return new ReconstructWork(views, Masking.of(ratio, seed, null, mask, boxes), stats, panels);
        }

        @Override
        public boolean draws() {
            return !panels.isEmpty();
        }
    }

    /// How odd pictures are, and where: columns `score`, `max` and `map`.
    ///
    /// @param masks rounds, seed and top as [dev.unmask.task.Anomaly] takes them
    record Anomaly(int masks, int rounds, long seed, double top, boolean draws) implements Task {

        @Override
        public List<StructField> columns() {
            return List.of(
                    column("score", DataTypes.DoubleType), column("max", DataTypes.DoubleType), column("map", VECTOR));
        }

        @Override
        public AnomalyWork work(Views views) {
            return new AnomalyWork(views, new AnomalyWork.Options(masks, rounds, seed, top), draws);
        }
    }

    private static StructField column(String name, DataType type) {
        return DataTypes.createStructField(name, type, true);
    }
}
