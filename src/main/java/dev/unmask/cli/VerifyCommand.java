package dev.unmask.cli;

import dev.unmask.ort.Bundle;
import dev.unmask.ort.Check;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
import dev.unmask.ort.Verification;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `unmask verify`: do this machine's numbers agree with PyTorch's?
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compare what this machine computes with the golden tensors that PyTorch wrote into the bundle.",
            "Differences are relative to the tensor's largest value where that is above 1; of images, in levels of 255."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:every number agrees", "3:a number is out of tolerance, or the model cannot run"})
final class VerifyCommand implements Callable<Integer> {

    @Mixin
    BundleParameter bundle;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
    String device;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        Bundle opened = bundle.open();
        try (OrtModel model = OrtModel.open(opened, Device.parse(device))) {
            List<Check> checks = Verification.of(opened, model);
            long out = checks.stream().filter(check -> !check.passed()).count();
            if (json) {
                Json.printPretty(
                        spec.commandLine().getOut(),
                        Map.of(
                                "model",
                                model.card().name(),
                                "device",
                                model.device().text(),
                                "out",
                                out,
                                "checks",
                                checks));
            } else {
                print(model, checks, out);
            }
            return out == 0 ? Unmask.DONE : Unmask.CANNOT_RUN;
        }
    }

    private void print(OrtModel model, List<Check> checks, long out) {
        PrintWriter writer = spec.commandLine().getOut();
        Table table = new Table("golden tensor", ">max difference", ">mean", ">tolerance", "");
        for (Check check : checks) {
            if (check.compared()) {
                table.add(
                        check.name(),
                        number(check.max()),
                        number(check.mean()),
                        number(check.tolerance()),
                        check.passed() ? "ok" : "OUT");
            } else {
                table.add(check.name(), "", "", "", "inside a graph");
            }
        }
        writer.print(table);
        long compared = checks.stream().filter(Check::compared).count();
        writer.println();
        writer.println(model.card().name() + " on " + model.device().text() + ": " + (compared - out) + " of "
                + compared + " tensors agree with PyTorch");
        writer.flush();
    }

    private static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
    }
}
