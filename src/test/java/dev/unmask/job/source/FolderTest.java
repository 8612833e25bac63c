package dev.unmask.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {

    @TempDir
    Path root;

    private void write(String... names) throws IOException {
        for (String name : names) {
            Path file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
    }

    private List<String> under(Source source) {
        return Ids.ids(source).stream().map(id -> id.replace(root + "/", "")).toList();
    }

    @Test
    void picturesComeInTheOrderOfTheirNamesAndFoldersWhereTheirsStand() throws IOException {
        write("b.jpg", "a.png", "B.JPEG", "a/z.webp", "a/b/x.gif", "ä.bmp", "10.jpg", "9.jpg");

        assertThat(under(Ids.of(root)))
                .containsExactly("10.jpg", "9.jpg", "B.JPEG", "a/b/x.gif", "a/z.webp", "a.png", "b.jpg", "ä.bmp");
    }

    @Test
    void whatIsHiddenOrNoPictureIsLeftOut() throws IOException {
        write("a.jpg", ".hidden.jpg", ".cache/b.jpg", "notes.txt", "jpg", "archive.tar", "c.jpg.part");

        assertThat(under(Ids.of(root))).containsExactly("a.jpg");
    }

    @Test
    void anIdBeginsAsTheFolderWasGiven() throws IOException {
        write("sub/a.jpg");

        assertThat(Ids.ids(Ids.of(root + "/"))).containsExactly(root + "/sub/a.jpg");
        assertThat(Ids.ids(Ids.of(root + "/sub/../sub"))).containsExactly(root + "/sub/../sub/a.jpg");
        assertThat(Ids.contents(Ids.of(root))).containsExactly("sub/a.jpg");
    }

    @Test
    void linksAreFollowedButNotInCircles() throws IOException {
        write("a/x.jpg", "b/y.jpg");
        Files.createSymbolicLink(root.resolve("a/up"), root);
        Files.createSymbolicLink(root.resolve("a/self"), Path.of("self"));
        Files.createSymbolicLink(root.resolve("c"), root.resolve("b"));
        Files.createSymbolicLink(root.resolve("d.jpg"), root.resolve("b/y.jpg"));

        assertThat(under(Ids.of(root))).containsExactly("a/x.jpg", "b/y.jpg", "c/y.jpg", "d.jpg");
    }

    @Test
    void aCircleThroughAFolderAboveEndsToo() throws IOException {
        write("in/x.jpg", "other/y.jpg");
        Files.createSymbolicLink(root.resolve("in/up"), root);

        assertThat(under(Ids.of(root.resolve("in")))).containsExactly("in/up/other/y.jpg", "in/x.jpg");
    }

    @Test
    void aLinkToNowhereThatIsNamedAsAPictureFails() throws IOException {
        Files.createSymbolicLink(root.resolve("lost.jpg"), root.resolve("nowhere"));
        Files.createSymbolicLink(root.resolve("lost"), root.resolve("nowhere"));
        write("whole.jpg");

        assertThat(under(Ids.of(root))).containsExactly("lost.jpg", "whole.jpg");
        assertThat(Ids.contents(Ids.of(root))).containsExactly("NOT_FOUND: there is no such file", "whole.jpg");
    }

    @Test
    void aFolderThatVanishesWhileItIsGoneThroughIsAnItemThatFails() throws IOException {
        write("a.jpg", "b/c.jpg", "d.jpg");
        List<String> contents = new ArrayList<>();
        try (Items items = Ids.of(root).iterator()) {
            contents.add(Ids.content(items.next()));
            Files.delete(root.resolve("b/c.jpg"));
            Walk walk = new Walk(root.resolve("b"), _ -> true, 1, 1);
            Files.delete(root.resolve("b"));
            contents.add(Ids.content(Objects.requireNonNull(walk.next())));
            assertThat(walk.next()).isNull();
            items.forEachRemaining(item -> contents.add(Ids.content(item)));
        }

        assertThat(contents).containsExactly("a.jpg", "NOT_FOUND: there is no such file", "d.jpg");
    }

    @Test
    void namesTakenInManyPassesAreThoseOfOne() throws IOException {
        for (int i = 0; i < 100; i++) {
            write(i * 7919 % 1000 + ".jpg");
        }
        List<String> once = named(1000);

        assertThat(once).hasSize(100).isSorted();
        assertThat(named(1)).isEqualTo(once);
        assertThat(named(7)).isEqualTo(once);
        assertThat(named(100)).isEqualTo(once);
    }

    private List<String> named(int most) throws IOException {
        Names names = new Names(root, most);
        List<String> taken = new ArrayList<>();
        for (String name = names.next(); name != null; name = names.next()) {
            taken.add(name);
        }
        return taken;
    }

    @Test
    void anEmptyFolderGivesNothing() {
        assertThat(Ids.ids(Ids.of(root))).isEmpty();
    }

    @Test
    void whatIsNotThereIsRefusedAtOnce() {
        assertThatThrownBy(() -> Ids.of(root.resolve("nothing")))
                .hasMessage("there is no file or folder '" + root + "/nothing'");
        assertThatThrownBy(() -> Ids.of("")).hasMessage("an input is an empty text");
        assertThatThrownBy(() -> Ids.of("a\0b")).hasMessageContaining("is not a path here");
    }
}
