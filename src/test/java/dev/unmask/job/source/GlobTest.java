package dev.unmask.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GlobTest {

    @TempDir
    Path root;

    @BeforeEach
    void write() throws IOException {
        for (String name : List.of(
                "a.jpg",
                "b.png",
                "one/c.jpg",
                "one/d.txt",
                "one/two/e.jpg",
                "one/two/.f.jpg",
                "x[1].jpg",
                "list.txt")) {
            Files.createDirectories(root.resolve(name).getParent());
            Files.writeString(root.resolve(name), name.equals("list.txt") ? "p.jpg\nq.jpg\n" : name);
        }
    }

    private List<String> matching(String pattern) {
        return Ids.ids(Ids.of(root + "/" + pattern)).stream()
                .map(id -> id.replace(root + "/", ""))
                .toList();
    }

    @Test
    void aStarStaysInItsFolder() {
        assertThat(matching("*.jpg")).containsExactly("a.jpg", "x[1].jpg");
        assertThat(matching("*/*.jpg")).containsExactly("one/c.jpg");
        assertThat(matching("o?e//{c,z}.*")).containsExactly("one/c.jpg");
    }

    @Test
    void twoStarsGoDownAnyNumberOfFoldersOrNone() {
        assertThat(matching("**/*.jpg")).containsExactly("a.jpg", "one/c.jpg", "one/two/e.jpg", "x[1].jpg");
        assertThat(matching("**")).containsExactly("a.jpg", "b.png", "one/c.jpg", "one/two/e.jpg", "x[1].jpg");
        assertThat(matching("one/**.jpg")).containsExactly("one/c.jpg", "one/two/e.jpg");
    }

    @Test
    void aFileOfThatNameComesFirst() {
        assertThat(matching("x[1].jpg")).containsExactly("x[1].jpg");
    }

    @Test
    void aPatternThatEndsAsListsDoMeansLists() {
        assertThat(matching("l*.txt")).containsExactly("p.jpg", "q.jpg");
    }

    @Test
    void aRelativePatternGivesRelativeIds() {
        assertThat(Ids.ids(Ids.of("photos/che*.jpg"))).containsExactly("photos/chelsea.jpg");
        assertThat(Ids.ids(Ids.of("./photos/che*.jpg"))).containsExactly("./photos/chelsea.jpg");
        assertThat(Ids.ids(Ids.of("pho*s/chelsea.jpg"))).containsExactly("photos/chelsea.jpg");
    }

    @Test
    void whatMatchesNothingOrIsNoGlobIsRefusedAtOnce() {
        assertThatThrownBy(() -> matching("*.gif")).hasMessage("no file matches '" + root + "/*.gif'");
        assertThatThrownBy(() -> matching("nowhere/*.gif")).hasMessage("no file matches '" + root + "/nowhere/*.gif'");
        assertThatThrownBy(() -> matching("{a")).hasMessageContaining("is not a glob");
    }
}
