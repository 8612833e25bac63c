package dev.unmask.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The folder of a job's output, and the account of which shards of it are complete.
///
/// A shard's files are written in a folder aside, put on the disk, moved to their place, and then entered into the
/// account; whatever is not in it does not count and is made again. Readers of tables pass over names that begin with
/// `_`, where all of this is kept. One job at a time: it holds a lock, which the system takes back from a dead one.
final class Ledger implements Closeable {

    private static final String OWN = "_unmask";
    private static final String COMPLETE = "_SUCCESS";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final Path own;
    private final Lock lock;
    private final Map<Long, Done> done = new TreeMap<>();

    private Ledger(Path folder, Lock lock) {
        this.folder = folder;
        this.own = folder.resolve(OWN);
        this.lock = lock;
    }

    /// Takes hold of a folder, new or of an earlier run of the same job. Refuses any other.
    ///
    /// @param restart forget what an earlier job, of whatever plan, has done there
    static Ledger open(Path folder, Plan plan, boolean restart) throws IOException {
        requireOurs(folder);
        Files.createDirectories(folder.resolve(OWN));
        Ledger ledger = new Ledger(folder, Lock.take(folder.resolve(OWN).resolve("lock"), folder));
        try {
            if (restart) {
                ledger.forget();
            }
            ledger.agree(plan);
            ledger.read();
            return ledger;
        } catch (IOException | RuntimeException e) {
            ledger.close();
            throw e;
        }
    }

    boolean has(long shard) {
        return done.containsKey(shard);
    }

    Collection<Done> done() {
        return List.copyOf(done.values());
    }

    /// An empty folder for the files of the next shard.
    Path partial() throws IOException {
        Path partial = own.resolve("partial");
        if (Files.exists(partial)) {
            delete(files(partial));
        }
        return Files.createDirectories(partial);
    }

    /// Puts what is in the partial folder in its place: from now on it counts.
    void commit(long shard, long rows, long errors) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        for (Path file : files(own.resolve("partial"))) {
            String name = file.getFileName().toString();
            sizes.put(name, Files.size(file));
            Durable.publish(file, folder.resolve(name));
        }
        Done entry = new Done(shard, rows, errors, sizes);
        Durable.append(account(), line(entry));
        done.put(shard, entry);
    }

    /// Says to whoever reads the table that all of it is there.
    void complete() throws IOException {
        Durable.write(folder.resolve(COMPLETE), ByteBuffer.allocate(0));
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static void requireOurs(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw UnmaskException.invalid(folder + " is a file; the output of a job is a folder of shards");
        }
        if (Files.isDirectory(folder) && !Files.exists(folder.resolve(OWN))) {
            List<Path> others = files(folder);
            if (!others.isEmpty()) {
                throw UnmaskException.invalid(folder + " was not made by a job: it holds "
                        + others.getFirst().getFileName() + "; name another folder");
            }
        }
    }

    private Path account() {
        return own.resolve("shards.jsonl");
    }

    private Path plan() {
        return own.resolve("plan.json");
    }

    private void forget() throws IOException {
        read();
        Files.deleteIfExists(folder.resolve(COMPLETE));
        Files.deleteIfExists(account());
        Files.deleteIfExists(plan());
        for (Done shard : done.values()) {
            delete(shard.files().keySet().stream().map(folder::resolve).toList());
        }
        done.clear();
    }

    private void agree(Plan plan) throws IOException {
        if (!Files.exists(plan())) {
            Durable.write(
                    plan(),
                    ByteBuffer.wrap(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(plan.facts())));
            return;
        }
        List<String> differences = plan.differences(facts());
        if (!differences.isEmpty()) {
            throw UnmaskException.invalid(folder + " holds the output of another job: " + String.join("; ", differences)
                    + ". Name another folder, or begin anew with --restart");
        }
    }

    private Map<String, String> facts() throws IOException {
        try {
            return JSON.readValue(Files.readAllBytes(plan()), new TypeReference<Map<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new UnmaskException(
                    Fault.INVALID,
                    plan() + " is damaged: " + e.getOriginalMessage() + "; begin anew with --restart",
                    e);
        }
    }

    /// What the account says, as far as the files agree. Its last line may have been cut short: that shard is made
    /// again.
    private void read() throws IOException {
        String text = "";
        try {
            text = Files.readString(account());
        } catch (NoSuchFileException _) {
            return;
        }
        int whole = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, whole).lines().toList()) {
            Done shard = JSON.readValue(line, Done.class);
            if (isThere(shard)) {
                done.put(shard.number(), shard);
            }
        }
        if (whole < text.length()) {
            Durable.write(account(), ByteBuffer.wrap(text.substring(0, whole).getBytes(StandardCharsets.UTF_8)));
        }
    }

    private boolean isThere(Done shard) throws IOException {
        for (Map.Entry<String, Long> file : shard.files().entrySet()) {
            Path path = folder.resolve(file.getKey());
            if (!Files.exists(path) || Files.size(path) != file.getValue()) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer line(Done shard) throws IOException {
        return ByteBuffer.wrap((JSON.writeValueAsString(shard) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void delete(List<Path> files) throws IOException {
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
