package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ElfTest {

    @TempDir
    Path folder;

    @Test
    void whatALibraryNeedsIsReadOffIt() throws IOException {
        Path library = FakeLibrary.of("liba.so.1", "libb.so.2", "libc.so.6").write(folder);
        assertThat(Elf.read(library).needed()).containsExactly("libb.so.2", "libc.so.6");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRealLibraryIsReadToo() throws IOException {
        Path library = Path.of(System.getProperty("java.home"), "lib", "libjava.so");
        assertThat(Elf.read(library).needed()).contains("libjvm.so", "libc.so.6");
    }

    @Test
    void whatIsNoLibraryIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "x".repeat(1000));
        assertThatThrownBy(() -> Elf.read(text)).hasMessage("it is no 64-bit ELF file");
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);
        assertThatThrownBy(() -> Elf.read(empty)).hasMessage("it ends early");
    }

    @Test
    void aLibraryThatWasCutShortIsRefusedWhereverThatWas() throws IOException {
        byte[] whole =
                Files.readAllBytes(FakeLibrary.of("liba.so.1", "libb.so.2").write(folder));
        for (int length = 0; length < whole.length; length++) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Elf.read(cut)).as("%d bytes", length).isInstanceOf(IOException.class);
        }
    }
}
