package dev.unmask.cli;

import dev.unmask.ort.Bundle;
import dev.unmask.ort.Check;
import dev.unmask.ort.DeviceModel;
import dev.unmask.ort.Setup;
import dev.unmask.ort.Stages;
import dev.unmask.ort.Verification;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
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
            "Differences are relative to the tensor's largest value where that is above 1; of images, in levels of 255.",
            "A tensor agrees if its largest difference, and the cosine of the angle to PyTorch's, are within what the"
                    + " bundle states for the device and the precision."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:every tensor agrees", "1:some are out of tolerance", "2:usage", "3:the model cannot run"})
final class VerifyCommand implements Callable<Integer> {

    @Mixin
    BundleParameter bundle;

    @Mixin
    DeviceOptions device;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        Bundle opened = bundle.open();
        try (DeviceModel model = DeviceModel.open(opened, device.setup(Setup.ROWS), Stages.UNHEARD)) {
            List<Check> checks = Verification.of(opened, model);
            long out = checks.stream().filter(check -> !check.passed()).count();
            if (json) {
                Json.printPretty(spec.commandLine().getOut(), facts(model, checks, out));
            } else {
                print(model, checks, out);
            }
            return out == 0 ? Unmask.DONE : Unmask.SOME_FAILED;
        }
    }

    private static Map<String, Object> facts(DeviceModel model, List<Check> checks, long out) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", model.card().name());
        facts.put("digest", model.card().digest());
        facts.put("device", model.device().text());
        facts.put("precision", model.setup().precision().text());
        facts.put("execution", model.setup().execution().text());
        facts.put("out", out);
        facts.put("checks", checks);
        return facts;
    }

    private void print(DeviceModel model, List<Check> checks, long out) {
        PrintWriter writer = spec.commandLine().getOut();
        Table table = new Table("golden tensor", ">max difference", ">mean", ">1 - cosine", ">tolerance", "");
        for (Check check : checks) {
            if (check.compared()) {
                table.add(
                        check.name(),
                        number(check.max()),
                        number(check.mean()),
                        number(Math.max(0, 1 - check.cosine())),
                        number(check.tolerance()),
                        check.passed() ? "ok" : "OUT");
            } else {
                table.add(check.name(), "", "", "", "", "inside a graph");
            }
        }
        writer.print(table);
        long compared = checks.stream().filter(Check::compared).count();
        writer.println();
        writer.println(model.card().name() + " on " + DeviceOptions.text(model.setup()) + ": " + (compared - out)
                + " of " + compared + " tensors agree with PyTorch");
        writer.flush();
    }

    private static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
    }
}
