package dev.unmask.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.UnmaskException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ListTest {

    @TempDir
    Path root;

    private Path list(String name, String text) throws IOException {
        return Files.writeString(root.resolve(name), text);
    }

    @Test
    void aTextHasAPathALine() throws IOException {
        Path list = list("list.txt", "\uFEFFb.jpg\r\n\r\n  a b.jpg \t\n\nc,d.jpg\nb.jpg");

        assertThat(Ids.ids(Ids.of(list))).containsExactly("b.jpg", "a b.jpg", "c,d.jpg", "b.jpg");
    }

    @Test
    void whatAListNamesIsReadFromTheWorkingDirectory() throws IOException {
        Path picture = list("a.jpg", "bytes");
        Path list = list("list.TXT", picture + "\nphotos/none.jpg\n" + root + "\na\0b\n");

        assertThat(Ids.contents(Ids.of(list)))
                .containsExactly(
                        "bytes",
                        "NOT_FOUND: there is no such file",
                        "INVALID: is a folder, not a picture",
                        "INVALID: is not a path here: Nul character not allowed");
    }

    @Test
    void aTableHasPathsInAColumn() throws IOException {
        Path csv = list("list.csv", "\uFEFFlabel, path\r\n\"cat, \"\"big\"\"\",\"a, b.jpg\"\r\n\r\ndog , c.jpg \r\n");
        Path tsv = list("list.tsv", "path\tlabel\na b.jpg\tx\n\"c\td.jpg\"\ty\n");

        assertThat(Ids.ids(Ids.of(csv))).containsExactly("a, b.jpg", "c.jpg");
        assertThat(Ids.ids(Ids.ofColumn("label", csv))).containsExactly("cat, \"big\"", "dog");
        assertThat(Ids.ids(Ids.of(tsv))).containsExactly("a b.jpg", "c\td.jpg");
    }

    @Test
    void aRowWithoutAPathIsAnItemThatFails() throws IOException {
        Path csv = list("list.csv", "label,path\ncat,\ndog\nfox,f.jpg\n");

        assertThat(Ids.ids(Ids.of(csv))).containsExactly("", "", "f.jpg");
        assertThat(Ids.contents(Ids.of(csv))).startsWith("INVALID: the list names no file here");
    }

    @Test
    void aTableWithoutTheColumnIsRefusedAtOnce() throws IOException {
        Path csv = list("list.csv", "file;label\n");
        Path empty = list("empty.csv", "");

        assertThatThrownBy(() -> Ids.of(csv))
                .hasMessage(csv + " has no column 'path'; its first line names file;label");
        assertThatThrownBy(() -> Ids.of(empty)).hasMessage(empty + " has no column 'path'; its first line names none");
    }

    @Test
    void whatIsNoUtf8IsRefusedWhereItStands() throws IOException {
        byte[] latin = "path\nok.jpg\nm\u00FCde.jpg\n".getBytes(StandardCharsets.ISO_8859_1);
        Path text = Files.write(root.resolve("list.txt"), latin);
        Path csv = Files.write(root.resolve("list.csv"), latin);

        assertThatThrownBy(() -> Ids.ids(Ids.of(text))).hasMessage(text + ": line 3 is not UTF-8");
        assertThatThrownBy(() -> Ids.ids(Ids.of(csv)))
                .isInstanceOf(UnmaskException.class)
                .hasMessageStartingWith(csv + " cannot be read: ")
                .hasMessageEndingWith("it is not UTF-8");
    }

    @Test
    void aQuoteThatNeverEndsIsRefused() throws IOException {
        Path csv = list("list.csv", "path\nok.jpg\n\"never.jpg\n");

        assertThatThrownBy(() -> Ids.ids(Ids.of(csv)))
                .isInstanceOf(UnmaskException.class)
                .hasMessageStartingWith(csv + " cannot be read: line ");
    }

    @Test
    void aLineThatIsNoPathIsRefused() throws IOException {
        Path list = list("list.txt", "a.jpg\n" + "x".repeat(40_000));

        assertThatThrownBy(() -> Ids.ids(Ids.of(list)))
                .hasMessage(list + ": line 2 is longer than 32768 bytes: no path");
    }

    @Test
    void standardInputIsReadOnceAndKept() {
        Source source = Ids.ofInput("a.jpg\r\nb.jpg\n\nc.jpg");

        assertThat(Ids.ids(source)).containsExactly("a.jpg", "b.jpg", "c.jpg");
        assertThat(Ids.ids(source)).containsExactly("a.jpg", "b.jpg", "c.jpg");
        assertThat(Ids.ids(Ids.ofInput(""))).isEmpty();
        assertThatThrownBy(() -> Ids.of("-", "-")).hasMessage("standard input (-) is named more than once");
    }

    @Test
    void standardInputMayBeNulApartAndThenNothingIsStripped() {
        assertThat(Ids.ids(Ids.ofInput(" a\nb.jpg\0c.jpg \0"))).containsExactly(" a\nb.jpg", "c.jpg ");
    }

    @Test
    @Timeout(60)
    void manyPathsAreReadAsTheyAreTakenAndNotKept() throws IOException {
        int count = 100_000;
        StringBuilder text = new StringBuilder();
        IntStream.range(0, count)
                .forEach(i -> text.append("folder/picture-").append(i).append(".jpg\n"));
        Path list = Files.write(
                root.resolve("list.txt"), text.append('\u00FC').toString().getBytes(StandardCharsets.ISO_8859_1));

        try (Items items = Ids.of(list).iterator()) {
            WeakReference<Object> first = new WeakReference<>(items.next());
            for (int i = 1; i < count; i++) {
                assertThat(items.next().id()).isEqualTo("folder/picture-" + i + ".jpg");
            }
            while (first.get() != null) {
                System.gc();
            }
            assertThatThrownBy(items::hasNext).hasMessage(list + ": line 100001 is not UTF-8");
        }
    }
}
