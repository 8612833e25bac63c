package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The NVIDIA driver of this machine and the cards it shows to this process.
///
/// @param release its own number, or nothing where its library does not tell
/// @param version of CUDA that it runs, as 1000 x major + 10 x minor
record CudaDriver(String release, int version, List<Card> cards) {

    static final String LIBRARY = "libcuda.so.1";

    /// The first releases that run a major version of CUDA, by NVIDIA's table of compatibility.
    private static final Map<Integer, String> FIRST = Map.of(12, "525", 13, "580");

    private static final int NAME = 256;
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;

    /// @param capability of its hardware, such as 9.0 for Hopper
    record Card(int index, String name, long bytes, String capability) {

        @Override
        public String toString() {
            return "cuda:%d %s (%.1f GiB, compute capability %s)"
                    .formatted(index, name, bytes / (double) (1 << 30), capability);
        }
    }

    CudaDriver {
        cards = List.copyOf(cards);
    }

    static CudaDriver of(LibraryPath path) {
        return of(SharedLibrary.load(path.findInstalled(LIBRARY)
                .orElseThrow(() -> new UnmaskException(
                        Fault.UNAVAILABLE,
                        "there is no NVIDIA driver: " + LIBRARY + " not found; looked in " + path))));
    }

    static CudaDriver of(SharedLibrary library) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment number = scope.allocate(JAVA_INT);
            ask(library, "cuDriverGetVersion", number);
            int version = number.get(JAVA_INT, 0);
            ask(library, "cuInit", 0);
            ask(library, "cuDeviceGetCount", number);
            List<Card> cards = new ArrayList<>();
            for (int index = 0; index < number.get(JAVA_INT, 0); index++) {
                cards.add(card(library, scope, index));
            }
            return new CudaDriver(release(library.path()), version, cards);
        }
    }

    /// The driver's library is a link to a file with its release in the name.
    private static String release(Path library) {
        try {
            String file = library.toRealPath().getFileName().toString();
            return file.matches("libcuda\\.so\\.[0-9]+\\.[0-9.]+") ? file.substring("libcuda.so.".length()) : "";
        } catch (IOException _) {
            return "";
        }
    }

    /// Refuses a card that is not there.
    void require(Device.Gpu wanted) {
        if (wanted.index() >= cards.size()) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    wanted.text() + " asked for, the machine has " + cards.size()
                            + cards.stream().map(Card::toString).collect(Collectors.joining(", ", ": ", "")));
        }
    }

    /// The names of cards that are there, each kind once.
    String names(List<Device.Gpu> wanted) {
        return wanted.stream()
                .map(card -> cards.get(card.index()).name())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /// Whether it runs a major version of CUDA.
    boolean runs(int major) {
        return version / 1000 >= major;
    }

    /// Why it does not run a major version of CUDA.
    String tooOldFor(int major) {
        return "the NVIDIA " + this + " is too old for CUDA " + major
                + (FIRST.containsKey(major) ? ", which takes driver " + FIRST.get(major) + " or later" : "");
    }

    /// Its release and its version of CUDA.
    @Override
    public String toString() {
        return (release.isEmpty() ? "driver" : "driver " + release) + " of CUDA " + dotted(version);
    }

    /// 13000 as 13.0.
    static String dotted(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    private static Card card(SharedLibrary library, Arena scope, int index) {
        MemorySegment number = scope.allocate(JAVA_LONG);
        ask(library, "cuDeviceGet", number, index);
        int device = number.get(JAVA_INT, 0);
        MemorySegment name = scope.allocate(NAME);
        ask(library, "cuDeviceGetName", name, NAME, device);
        ask(library, "cuDeviceGetAttribute", number, CAPABILITY_MAJOR, device);
        int major = number.get(JAVA_INT, 0);
        ask(library, "cuDeviceGetAttribute", number, CAPABILITY_MINOR, device);
        int minor = number.get(JAVA_INT, 0);
        ask(library, "cuDeviceTotalMem_v2", number, device);
        return new Card(index, name.getString(0), number.get(JAVA_LONG, 0), major + "." + minor);
    }

    private static void ask(SharedLibrary library, String function, Object... arguments) {
        int code = library.call(function, arguments);
        if (code != 0) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    "the NVIDIA driver in " + library.path() + " does not work: " + function + " answers " + code
                            + meaning(library, code));
        }
    }

    private static String meaning(SharedLibrary library, int code) {
        if (!library.has("cuGetErrorString")) {
            return "";
        }
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment text = scope.allocate(ADDRESS);
            int unknown = library.call("cuGetErrorString", code, text);
            return unknown != 0 ? "" : " (" + SharedLibrary.string(text.get(ADDRESS, 0)) + ")";
        }
    }
}
