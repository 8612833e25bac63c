package dev.unmask.ort;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A shared library of Linux on x86-64 that the loader takes for a real one: a name, the names that it needs, and
/// functions of a few instructions each.
///
/// The file is one segment, loaded where it lies, so that offsets and addresses are the same.
record FakeLibrary(String name, List<String> needed, Map<String, byte[]> functions) {

    private static final int SEGMENTS = 3;
    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int STACK = 0x6474E551;
    private static final int READ_WRITE_RUN = 7;
    private static final int READ_WRITE = 6;
    private static final int GLOBAL_FUNCTION = 0x12;

    static FakeLibrary of(String name, String... needed) {
        return new FakeLibrary(name, List.of(needed), Map.of());
    }

    /// A driver of one card, an H100 of 1 GiB with compute capability 9.9, whose `cuInit` answers a code.
    static FakeLibrary driver(int version, int init) {
        return of("libcuda.so.1")
                .with("cuDriverGetVersion", writing(version))
                .with("cuInit", answering(init))
                .with("cuDeviceGetCount", writing(1))
                .with("cuDeviceGet", writing(0))
                .with(
                        "cuDeviceGetName",
                        writing(ByteBuffer.wrap("001H".getBytes(StandardCharsets.US_ASCII))
                                .getInt()))
                .with("cuDeviceGetAttribute", writing(9))
                .with("cuDeviceTotalMem_v2", writing(1 << 30))
                .with("cuGetErrorString", pointingTo("no CUDA-capable device is detected"));
    }

    FakeLibrary with(String function, byte[] code) {
        Map<String, byte[]> more = new LinkedHashMap<>(functions);
        more.put(function, code);
        return new FakeLibrary(name, needed, more);
    }

    /// A function that answers a number.
    static byte[] answering(int number) {
        return code(6).put((byte) 0xB8).putInt(number).put((byte) 0xC3).array(); // mov eax, number; ret
    }

    /// A function that answers 0 and writes a number where its first argument points.
    static byte[] writing(int number) {
        return code(12).put(new byte[] {(byte) 0xC7, 0x07}) // mov dword [rdi], number
                .putInt(number)
                .put(answering(0))
                .array();
    }

    /// A function that answers 0 and writes the address of a text where its second argument points.
    private static byte[] pointingTo(String text) {
        byte[] bytes = (text + "\0").getBytes(StandardCharsets.US_ASCII);
        return code(16 + bytes.length)
                .put(new byte[] {0x48, (byte) 0x8D, 0x05}) // lea rax, [rip + 9]: behind the instructions
                .putInt(9)
                .put(new byte[] {0x48, (byte) 0x89, 0x06}) // mov [rsi], rax
                .put(answering(0))
                .put(bytes)
                .array();
    }

    /// Writes the library into a folder, under its name.
    Path write(Path folder) throws IOException {
        return Files.write(Files.createDirectories(folder).resolve(name), bytes());
    }

    private static ByteBuffer code(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] bytes() {
        ByteBuffer file = code(1 << 13);
        String texts =
                "\0" + name + "\0" + String.join("\0", needed) + "\0" + String.join("\0", functions.keySet()) + "\0";
        int strings = 64 + SEGMENTS * 56;
        file.position(strings).put(texts.getBytes(StandardCharsets.US_ASCII));
        int code = file.position();
        functions.values().forEach(file::put);
        int symbols = align(file);
        symbols(file, code, texts);
        int hash = file.position();
        file.putInt(1)
                .putInt(1 + functions.size())
                .putInt(functions.isEmpty() ? 0 : 1)
                .putInt(0);
        for (int symbol = 1; symbol <= functions.size(); symbol++) {
            file.putInt(symbol == functions.size() ? 0 : symbol + 1); // all in one chain
        }
        int dynamic = align(file);
        needed.forEach(other -> file.putLong(1).putLong(place(other, texts)));
        file.putLong(14).putLong(place(name, texts));
        file.putLong(4).putLong(hash).putLong(5).putLong(strings).putLong(6).putLong(symbols);
        file.putLong(10)
                .putLong(texts.length())
                .putLong(11)
                .putLong(24)
                .putLong(0)
                .putLong(0);
        int end = file.position();
        head(file.position(0));
        segment(file, LOAD, READ_WRITE_RUN, 0, end);
        segment(file, DYNAMIC, READ_WRITE, dynamic, end - dynamic);
        segment(file, STACK, READ_WRITE, 0, 0);
        byte[] bytes = new byte[end];
        file.get(0, bytes);
        return bytes;
    }

    private void symbols(ByteBuffer file, int code, String texts) {
        file.position(file.position() + 24); // the first symbol is none
        int at = code;
        for (Map.Entry<String, byte[]> function : functions.entrySet()) {
            file.putInt(place(function.getKey(), texts));
            file.put((byte) GLOBAL_FUNCTION).put((byte) 0).putShort((short) 1);
            file.putLong(at).putLong(0);
            at += function.getValue().length;
        }
    }

    private static int place(String text, String texts) {
        return texts.indexOf("\0" + text + "\0") + 1;
    }

    private static int align(ByteBuffer file) {
        return file.position((file.position() + 7) & ~7).position();
    }

    private static void head(ByteBuffer file) {
        file.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
        file.putShort((short) 3).putShort((short) 62).putInt(1); // a shared object for x86-64
        file.putLong(0).putLong(64).putLong(0).putInt(0);
        file.putShort((short) 64).putShort((short) 56).putShort((short) SEGMENTS);
        file.putShort((short) 64).putShort((short) 0).putShort((short) 0);
    }

    private static void segment(ByteBuffer file, int type, int flags, long offset, long bytes) {
        file.putInt(type).putInt(flags).putLong(offset).putLong(offset).putLong(offset);
        file.putLong(bytes).putLong(bytes).putLong(type == LOAD ? 4096 : 8);
    }
}
