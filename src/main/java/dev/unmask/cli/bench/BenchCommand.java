package dev.unmask.cli.bench;

import picocli.CommandLine.Command;

/// `unmask bench`: how fast, measured here.
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measure a server under load, a model without one, and the service against the model.",
        subcommands = {ServeBench.class, ModelBench.class, ServiceBench.class},
        synopsisSubcommandLabel = "COMMAND")
public final class BenchCommand {}
