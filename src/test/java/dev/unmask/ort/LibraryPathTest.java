package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Over a file system of the test's own.
class LibraryPathTest {

    @TempDir
    Path root;

    @Test
    void foldersAreLookedInInTheirOrder() throws IOException {
        Path named = library("named/liba.so.1");
        Path loader = library("loader/liba.so.1");
        Path configured = library("opt/conf/liba.so.1");
        Path system = library("usr/lib64/liba.so.1");
        Path driver = library("usr/local/nvidia/lib64/liba.so.1");
        Path toolkit = library("usr/local/cuda-13.0/lib64/liba.so.1");
        library("usr/local/cuda-12.4/lib64/liba.so.1");
        Files.writeString(
                Files.createDirectories(root.resolve("etc/ld.so.conf.d")).resolve("a.conf"), "# comment\n/opt/conf\n");
        for (Path expected : new Path[] {named, loader, configured, system, driver, toolkit}) {
            assertThat(path("").find("liba.so.1")).contains(expected);
            Files.delete(expected);
        }
        assertThat(path("").find("liba.so.1")).contains(root.resolve("usr/local/cuda-12.4/lib64/liba.so.1"));
    }

    @Test
    void aFolderThatIsNotThereIsNoHindrance() throws IOException {
        assertThat(path("/nosuch:").find("liba.so.1")).isEmpty();
        assertThat(path("").toString()).isEmpty();
        library("named/libb.so.1");
        assertThat(path("").toString()).isEqualTo(root.resolve("named").toString());
    }

    @Test
    void otherVersionsAreNamed() throws IOException {
        Path old = library("named/libcudart.so.12");
        library("named/libcudart_static.a");
        library("named/libcudart.so");
        assertThat(path("").versions("libcudart")).containsExactly(old);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void pythonIsAskedLastAndOnlyForWhatIsNotInstalled() throws IOException {
        Path packaged = library("site-packages/nvidia/cu13/lib/liba.so.1");
        Path asked = root.resolve("asked");
        Path python = Files.createDirectories(root.resolve("bin")).resolve("python3");
        Files.writeString(
                python, "#!/bin/sh\necho >> " + asked + "\necho " + root.resolve("site-packages/nvidia") + "\n");
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
        LibraryPath path = path("");
        assertThat(path.findInstalled("liba.so.1")).isEmpty();
        assertThat(asked).doesNotExist();
        assertThat(path.find("liba.so.1")).contains(packaged);
        assertThat(path.find("libb.so.1")).isEmpty();
        assertThat(asked).as("asked once").content().isEqualTo("\n");
        assertThat(path.toString()).endsWith("/site-packages/nvidia/cu13/lib");
    }

    private LibraryPath path(String more) {
        String named = root.resolve("named") + ":" + more;
        return new LibraryPath(
                named,
                root,
                Map.of(
                        "LD_LIBRARY_PATH",
                        root.resolve("loader").toString(),
                        "PATH",
                        root.resolve("bin").toString()));
    }

    private Path library(String file) throws IOException {
        Path library = root.resolve(file);
        Files.createDirectories(library.getParent());
        return Files.createFile(library);
    }
}
