package dev.unmask.ort;

import dev.unmask.UnmaskException;
import java.util.List;
import java.util.stream.Stream;

/// Where models are run, and why there.
///
/// @param devices one processor, or cards of one kind
/// @param why for people: what was found, or what is missing
public record Choice(List<Device> devices, String why) {

    /// What can be asked for.
    public static final String FORM = "auto, cpu, cuda:N, tensorrt:N, or cards such as cuda:0,cuda:1";

    private static final String AUTO = "auto";

    public Choice {
        devices = List.copyOf(devices);
    }

    /// Refuses what names no device.
    public static void check(String wish) {
        if (!wish.equals(AUTO)) {
            parse(wish);
        }
    }

    /// The devices of a wish, with all that they need loaded. `auto` is the first card if that is to be had, else the
    /// processor; any other that cannot be had is refused.
    ///
    /// @param folders to look for CUDA's libraries in before the usual ones, apart by colons
    public static Choice of(String wish, String folders) {
        if (wish.equals(AUTO)) {
            Device.Gpu first = new Device.Cuda(0);
            try {
                return new Choice(
                        List.of(first),
                        "auto: " + Cuda.open(List.of(first), LibraryPath.of(folders), Natives.cudaFolders()));
            } catch (UnmaskException refusal) {
                return new Choice(List.of(new Device.Cpu(0)), "auto: " + refusal.getMessage());
            }
        }
        List<Device> devices = parse(wish);
        List<Device.Gpu> cards = devices.stream()
                .flatMap(device -> device instanceof Device.Gpu card ? Stream.of(card) : Stream.empty())
                .toList();
        return new Choice(
                devices,
                cards.isEmpty()
                        ? "asked for"
                        : "asked for: " + Cuda.open(cards, LibraryPath.of(folders), Natives.cudaFolders()));
    }

    private static List<Device> parse(String wish) {
        List<Device> devices = Stream.of(wish.split(",", -1))
                .map(String::strip)
                .map(Device::parse)
                .toList();
        boolean cards = devices.stream().allMatch(Device.Gpu.class::isInstance);
        long kinds = devices.stream().map(Device::kind).distinct().count();
        if (devices.size() > 1
                && (!cards || kinds > 1 || devices.stream().distinct().count() < devices.size())) {
            throw UnmaskException.invalid("devices '" + wish + "' are not different cards of one kind");
        }
        return devices;
    }
}
