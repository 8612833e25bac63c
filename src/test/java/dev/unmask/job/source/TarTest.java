package dev.unmask.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.job.Item;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarTest {

    private static final int RECORD = 512;

    @TempDir
    Path root;

    /// Writes an archive whose files hold their names.
    private static byte[] tar(int longNames, String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, RECORD, "UTF-8")) {
            tar.setLongFileMode(longNames);
            tar.setAddPaxHeadersForNonAsciiNames(longNames == TarArchiveOutputStream.LONGFILE_POSIX);
            for (String name : names) {
                byte[] content = name.getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(name.endsWith("/") ? 0 : content.length);
                tar.putArchiveEntry(entry);
                if (!name.endsWith("/")) {
                    tar.write(content);
                }
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] tar(String... names) throws IOException {
        return tar(TarArchiveOutputStream.LONGFILE_POSIX, names);
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(root.resolve("shard.tar"), bytes);
    }

    private List<String> under(Path shard) {
        return Ids.ids(Ids.of(shard)).stream()
                .map(id -> id.replace(root + "/", ""))
                .toList();
    }

    @Test
    void thePicturesOfAShardComeInItsOrder() throws IOException {
        Path shard = write(tar("b.jpg", "b.txt", "b.json", "sub/", "./sub/a.PNG", "a.webp", "b.jpg"));

        assertThat(under(shard))
                .containsExactly("shard.tar/b.jpg", "shard.tar/sub/a.PNG", "shard.tar/a.webp", "shard.tar/b.jpg");
        assertThat(Ids.contents(Ids.of(shard))).containsExactly("b.jpg", "./sub/a.PNG", "a.webp", "b.jpg");
    }

    @Test
    void hiddenFilesAndFoldersAreLeftOut() throws IOException {
        assertThat(under(write(tar("._a.jpg", ".cache/b.jpg", "../c.jpg", "x/.d.jpg"))))
                .containsExactly("shard.tar/../c.jpg");
    }

    @ParameterizedTest
    @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_POSIX, TarArchiveOutputStream.LONGFILE_GNU})
    void longNamesAreReadWhole(int longNames) throws IOException {
        String name = "f/".repeat(150) + "müde.jpg";
        Path shard = write(tar(longNames, "a.jpg", name, "z.jpg"));

        assertThat(under(shard)).containsExactly("shard.tar/a.jpg", "shard.tar/" + name, "shard.tar/z.jpg");
        assertThat(Ids.contents(Ids.of(shard))).containsExactly("a.jpg", name, "z.jpg");
    }

    @Test
    void everyEntryIsReadByItselfOnAnyThreadAndInAnyOrder() throws IOException {
        String[] names = IntStream.range(0, 200).mapToObj(i -> i + ".jpg").toArray(String[]::new);
        List<Item> items = Ids.items(Ids.of(write(tar(names)))).reversed();

        assertThat(items.parallelStream().map(Ids::content).toList())
                .containsExactlyElementsOf(Arrays.asList(names).reversed());
    }

    @Test
    void anArchiveThatEndsWithinAnEntryGivesWhatComesBeforeAndARowForThatEntry() throws IOException {
        byte[] whole = tar("a.jpg", "b.jpg", "c.jpg");
        Path shard = write(Arrays.copyOf(whole, 3 * RECORD + 3));

        assertThat(under(shard)).containsExactly("shard.tar/a.jpg", "shard.tar/b.jpg");
        assertThat(Ids.contents(Ids.of(shard)))
                .containsExactly("a.jpg", "INVALID: its archive is truncated: 3 of its 5 bytes are there");
    }

    @Test
    void anArchiveThatEndsElsewhereIsItselfARow() throws IOException {
        byte[] whole = tar("a.jpg", "b.txt", "c.jpg");

        Path inHeader = write(Arrays.copyOf(whole, 2 * RECORD + 100));
        assertThat(under(inHeader)).containsExactly("shard.tar/a.jpg", "shard.tar");
        assertThat(Ids.contents(Ids.of(inHeader)))
                .containsExactly("a.jpg", "INVALID: is truncated: it ends within a header");

        Path inOther = write(Arrays.copyOf(whole, 3 * RECORD + 3));
        assertThat(under(inOther)).containsExactly("shard.tar/a.jpg", "shard.tar");
        assertThat(Ids.contents(Ids.of(inOther)).getLast()).startsWith("INVALID: cannot be read: Truncated");
    }

    @Test
    void noByteThatIsWrongEndsTheJob() throws IOException {
        byte[] whole = tar("a.jpg", "f/".repeat(150) + "b.jpg", "c.jpg");
        for (int i = RECORD * 2; i < whole.length; i += 7) {
            byte[] bytes = whole.clone();
            bytes[i] ^= (byte) 0xA5;
            assertThat(Ids.contents(Ids.of(write(bytes)))).as("byte %d", i).startsWith("a.jpg");
        }
        byte[] noise = new byte[5000];
        Arrays.fill(noise, (byte) 'x');
        assertThat(under(write(noise))).containsExactly("shard.tar");
    }

    @Test
    void anEmptyArchiveGivesNothing() throws IOException {
        assertThat(under(write(new byte[0]))).isEmpty();
        assertThat(under(write(tar()))).isEmpty();
        assertThat(under(write(tar("a.txt", "sub/")))).isEmpty();
    }

    @Test
    void anArchiveThatGoesMissingIsARow() throws IOException {
        Path shard = write(tar("a.jpg"));
        Source source = Ids.of(shard, shard);
        Files.delete(shard);

        assertThat(Ids.contents(source))
                .containsExactly("NOT_FOUND: there is no such file", "NOT_FOUND: there is no such file");
    }

    @Test
    void aLinkInAnArchiveIsNotFollowed() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry link = new TarArchiveEntry("l.jpg", TarConstants.LF_SYMLINK);
            link.setLinkName("a.jpg");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }

        assertThat(Ids.contents(Ids.of(write(bytes.toByteArray()))))
                .containsExactly("INVALID: is a link in its archive; those are not followed");
    }

    @Test
    void aGlobOfShardsOpensEach() throws IOException {
        Files.write(root.resolve("2.tar"), tar("b.jpg"));
        Files.write(root.resolve("1.tar"), tar("a.jpg"));

        assertThat(Ids.ids(Ids.of(root + "/*.tar"))).containsExactly(root + "/1.tar/a.jpg", root + "/2.tar/b.jpg");
    }

    @Test
    void whoLeavesAnArchiveClosesIt() throws IOException {
        Path shard = write(tar("a.jpg", "b.jpg"));
        long before = open(shard);
        try (Items items = Ids.of(shard).iterator()) {
            items.next();
            assertThat(open(shard)).isEqualTo(before + 1);
        }
        assertThat(open(shard)).isEqualTo(before);
        Ids.ids(Ids.of(shard));
        assertThat(open(shard)).isEqualTo(before);
    }

    /// How often this process has a file open.
    private static long open(Path file) throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(descriptor -> leadsTo(descriptor, file)).count();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file.toRealPath());
        } catch (IOException _) {
            return false; // closed meanwhile
        }
    }
}
