package dev.unmask.cli.options;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// How all commands take their options, and what they say where these are wrong.
public final class Conventions {

    private Conventions() {}

    /// Makes a command and its subcommands follow them.
    public static void set(CommandLine commands) {
        commands.setParameterExceptionHandler((refusal, _) -> refuse(refusal));
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setUsageHelpAutoWidth(true);
    }

    private static int refuse(ParameterException refusal) {
        CommandLine command = refusal.getCommandLine();
        PrintWriter err = command.getErr();
        String message = String.valueOf(refusal.getMessage());
        err.println("unmask: " + message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1));
        UnmatchedArgumentException.printSuggestions(refusal, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }
}
