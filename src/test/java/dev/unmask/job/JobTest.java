package dev.unmask.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.DeviceLost;
import dev.unmask.UnmaskException;
import dev.unmask.job.format.Format;
import dev.unmask.job.format.Shard;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JobTest {

    private static final int SHARD = 10;

    @TempDir
    Path temp;

    private final List<Item> items = withBadOnes(FakeWork.items(35));

    @Test
    void theTableIsWrittenInShards() throws IOException {
        Path out = temp.resolve("out.lines");
        assertThat(run(out, plan(), new FakeWork(4, 2), after(1000))).isEqualTo(new Job.State(4, 35, 2, true));
        assertThat(tables(out))
                .containsOnlyKeys(
                        "_SUCCESS", "part-00000.lines", "part-00001.lines", "part-00002.lines", "part-00003.lines");
        assertThat(tables(out).get("part-00001.lines"))
                .startsWith("id-10 [20.0] null\nid-bad null 'bad' is no number\n");
        assertThat(tables(out).get("part-00003.lines")).hasLineCount(5);
    }

    @Test
    void aJobThatWasStoppedGoesOnAndTheTableIsTheSame() throws IOException {
        Path whole = temp.resolve("whole.lines");
        Path halves = temp.resolve("halves.lines");
        run(whole, plan(), new FakeWork(4, 2), after(1000));
        assertThat(run(halves, plan(), new FakeWork(4, 2), after(2))).isEqualTo(new Job.State(2, 20, 2, false));
        assertThat(halves.resolve("_SUCCESS")).doesNotExist();
        FakeWork rest = new FakeWork(4, 2);
        assertThat(run(halves, plan(), rest, after(1000))).isEqualTo(new Job.State(4, 35, 2, true));
        assertThat(rest.batches.stream().flatMap(List::stream))
                .doesNotContain(0, 19)
                .contains(20, 34);
        assertThat(tables(halves)).isEqualTo(tables(whole));
    }

    @Test
    void aJobWhoseDeviceIsLostLosesTheShardItWasIn() throws IOException {
        Path out = temp.resolve("out.lines");
        FakeWork failing = new FakeWork(4, 1) {
            @Override
            public List<Made> run(List<Integer> numbers) {
                if (numbers.contains(27)) {
                    throw new DeviceLost("cuda:0 is lost", null);
                }
                return super.run(numbers);
            }
        };
        assertThatThrownBy(() -> run(out, plan(), failing, after(1000)))
                .isInstanceOf(UnmaskException.class)
                .hasMessage("cuda:0 is lost; 2 of 4 shards are complete, and the same command goes on from there");
        assertThat(tables(out)).containsOnlyKeys("part-00000.lines", "part-00001.lines");
        assertThat(run(out, plan(), new FakeWork(4, 1), after(1000)).complete()).isTrue();
    }

    @Test
    void aFullDiskIsNamedWithWhatIsCompleteAndHowToGoOn() {
        Path out = temp.resolve("out.lines");
        Format full = new Lines() {
            @Override
            public Shard create(Path folder, String name, Table table) throws IOException {
                if (name.equals("part-00002")) {
                    throw new IOException("No space left on device");
                }
                return super.create(folder, name, table);
            }
        };
        assertThatThrownBy(() -> run(out, plan(), new FakeWork(4, 1), after(1000), full, false))
                .hasMessage(
                        "cannot write " + out + ": No space left on device; 2 of 4 shards are complete, and the same"
                                + " command goes on from there");
    }

    @Test
    void aFinishedJobIsLeftAsItIs() throws IOException {
        Path out = temp.resolve("out.lines");
        run(out, plan(), new FakeWork(4, 1), after(1000));
        FakeWork idle = new FakeWork(4, 1);
        assertThat(run(out, plan(), idle, after(1000))).isEqualTo(new Job.State(4, 35, 2, true));
        assertThat(idle.batches).isEmpty();
    }

    @Test
    void anotherPlanIsRefusedAndSaysWhatDiffers() throws IOException {
        Path out = temp.resolve("out.lines");
        run(out, plan(), new FakeWork(4, 1), after(1));
        Plan other = new Plan(Map.of("task", "double", "digest", "other"), "lines", SHARD, 36, "list");
        assertThatThrownBy(() -> run(out, other, new FakeWork(4, 1), after(1000)))
                .hasMessageContaining("holds the output of another job")
                .hasMessageContaining("digest was d1gest, is other")
                .hasMessageContaining("pictures was 35, is 36")
                .hasMessageContaining("--restart");
        assertThat(tables(out)).containsOnlyKeys("part-00000.lines");
        assertThat(run(out, plan(), new FakeWork(4, 1), after(1000), new Lines(), true)
                        .complete())
                .isTrue();
    }

    @Test
    void restartingForgetsWhatWasThere() throws IOException {
        Path out = temp.resolve("out.lines");
        run(out, plan(), new FakeWork(4, 1), after(1000));
        Plan shorter = new Plan(new FakeWork(4, 1).identity(), "lines", 100, 35, "list");
        run(out, shorter, new FakeWork(4, 1), after(1000), new Lines(), true);
        assertThat(tables(out)).containsOnlyKeys("_SUCCESS", "part-00000.lines");
    }

    @Test
    void aShardThatIsGoneOrCutShortIsMadeAgain() throws IOException {
        Path out = temp.resolve("out.lines");
        run(out, plan(), new FakeWork(4, 1), after(1000));
        Map<String, String> whole = tables(out);
        Files.delete(out.resolve("part-00000.lines"));
        Files.writeString(out.resolve("part-00002.lines"), "cut");
        run(out, plan(), new FakeWork(4, 1), after(1000));
        assertThat(tables(out)).isEqualTo(whole);
    }

    @Test
    void anAccountWhoseLastLineWasCutShortIsBelievedUpToThere() throws IOException {
        Path out = temp.resolve("out.lines");
        run(out, plan(), new FakeWork(4, 1), after(1000));
        Map<String, String> whole = tables(out);
        Path account = out.resolve("_unmask/shards.jsonl");
        String text = Files.readString(account);
        Files.writeString(account, text.substring(0, text.length() - 9));
        FakeWork last = new FakeWork(4, 1);
        run(out, plan(), last, after(1000));
        assertThat(last.batches.stream().flatMap(List::stream)).containsExactlyInAnyOrder(30, 31, 32, 33, 34);
        assertThat(tables(out)).isEqualTo(whole);
        assertThat(Files.readAllLines(account)).hasSize(4);
    }

    @Test
    void whatIsNotOursIsRefused() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("thesis"));
        Files.writeString(folder.resolve("chapter1.tex"), "...");
        assertThatThrownBy(() -> run(folder, plan(), new FakeWork(4, 1), after(1000)))
                .hasMessage(folder + " was not made by a job: it holds chapter1.tex; name another folder");
        assertThatThrownBy(() -> run(folder, plan(), new FakeWork(4, 1), after(1000), new Lines(), true))
                .hasMessageContaining("was not made by a job");
        Path file = folder.resolve("chapter1.tex");
        assertThatThrownBy(() -> run(file, plan(), new FakeWork(4, 1), after(1000)))
                .hasMessage(file + " is a file; the output of a job is a folder of shards");
    }

    @Test
    void twoJobsOnOneOutputAreOneTooMany() throws IOException {
        Path out = temp.resolve("out.lines");
        try (Job<Integer> first = open(out, plan(), new FakeWork(4, 1), new Lines(), false)) {
            assertThat(first.state().shards()).isZero();
            assertThatThrownBy(() -> run(out, plan(), new FakeWork(4, 1), after(1000)))
                    .hasMessage(
                            "another job, process " + ProcessHandle.current().pid() + ", is writing to " + out);
        }
        assertThat(run(out, plan(), new FakeWork(4, 1), after(1000)).complete()).isTrue();
    }

    @Test
    void aDamagedPlanIsNamed() throws IOException {
        Path out = temp.resolve("out.lines");
        run(out, plan(), new FakeWork(4, 1), after(1));
        Files.writeString(out.resolve("_unmask/plan.json"), "{\"task\":");
        assertThatThrownBy(() -> run(out, plan(), new FakeWork(4, 1), after(1000)))
                .hasMessageContaining("plan.json is damaged")
                .hasMessageContaining("--restart");
    }

    @Test
    void aListThatBecameShorterIsNamed() {
        Path out = temp.resolve("out.lines");
        Plan longer = new Plan(new FakeWork(4, 1).identity(), "lines", SHARD, 1000, "list");
        assertThatThrownBy(() -> run(out, longer, new FakeWork(4, 1), after(1000)))
                .hasMessage("the list of pictures became shorter while the job ran");
    }

    @Test
    void drawingsStayInsideTheirFolder() {
        Drawings drawings = new Drawings(temp);
        assertThat(drawings.file("photos/cat.jpg")).isEqualTo(temp.resolve("photos/cat.jpg.png"));
        assertThat(drawings.file("/data/cat.jpg")).isEqualTo(temp.resolve("data/cat.jpg.png"));
        assertThat(drawings.file("../../cat.jpg")).isEqualTo(temp.resolve("_/_/cat.jpg.png"));
    }

    private static List<Item> withBadOnes(List<Item> items) {
        List<Item> some = new ArrayList<>(items);
        some.set(11, FakeWork.item("bad"));
        some.set(12, FakeWork.item("worse"));
        return some;
    }

    private static Plan plan() {
        return new Plan(new FakeWork(4, 1).identity(), "lines", SHARD, 35, "list");
    }

    private static BooleanSupplier after(int shards) {
        int[] left = {shards};
        return () -> left[0]-- == 0;
    }

    private Job.State run(Path out, Plan plan, FakeWork work, BooleanSupplier stop) {
        return run(out, plan, work, stop, new Lines(), false);
    }

    private Job.State run(Path out, Plan plan, FakeWork work, BooleanSupplier stop, Format format, boolean restart) {
        try (Job<Integer> job = open(out, plan, work, format, restart)) {
            return job.run(items.iterator(), 2, Listener.NONE, stop);
        }
    }

    private static Job<Integer> open(Path out, Plan plan, FakeWork work, Format format, boolean restart) {
        return Job.open(work, plan, new Job.Output(out, format, null), restart);
    }

    /// What a reader of the table sees.
    private static Map<String, String> tables(Path out) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(out)) {
            for (Path file : list.filter(Files::isRegularFile).toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }

    /// A line a row.
    private static class Lines implements Format {

        @Override
        public String suffix() {
            return "lines";
        }

        @Override
        public Shard create(Path folder, String name, Table table) throws IOException {
            BufferedWriter writer = Files.newBufferedWriter(folder.resolve(name + ".lines"));
            return new Shard() {
                @Override
                public void add(Result result) throws IOException {
                    Made made = result.made();
                    writer.write(
                            result.id() + " " + (made == null ? null : made.values()) + " " + result.error() + "\n");
                }

                @Override
                public void close() throws IOException {
                    writer.close();
                }
            };
        }
    }
}
