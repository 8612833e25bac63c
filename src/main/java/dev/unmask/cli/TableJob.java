package dev.unmask.cli;

import dev.unmask.job.Job;
import dev.unmask.job.Plan;
import dev.unmask.job.Table;
import dev.unmask.job.Work;
import dev.unmask.job.source.Items;
import dev.unmask.job.source.Source;
import dev.unmask.job.source.Survey;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/// A job on the command line: to its end, or to the end of a shard if it is interrupted.
///
/// @param threads that read and decode
/// @param json print the summary for programs
record TableJob<P>(Work<P> work, Source source, Job.Output output, int shardRows, int threads, boolean json) {

    int run(Survey survey, boolean restart, CommandSpec spec) {
        output.format().check(Table.of(work));
        Plan plan = new Plan(work.identity(), output.format().suffix(), shardRows, survey.count(), survey.sha256());
        PrintWriter err = spec.commandLine().getErr();
        try (Job<P> job = Job.open(work, plan, output, restart)) {
            tell(job.state(), plan, output.folder(), err);
            Progress progress = new Progress(
                    err, Progress.onTerminal(), plan.items(), job.state().rows());
            Interrupts interrupts = Interrupts.listen(_ ->
                    progress.say("unmask: stopping when this shard is complete; once more stops at once and loses it"));
            Job.State state;
            try (progress;
                    Items items = source.iterator()) {
                state = job.run(items, threads, progress, interrupts::came);
            }
            new Summary(output.folder(), state, plan, progress, work, threads).print(spec, json);
            return code(state, interrupts, err);
        }
    }

    private static void tell(Job.State before, Plan plan, Path folder, PrintWriter err) {
        if (before.complete()) {
            err.println("unmask: " + folder + " is complete already; --restart makes it anew");
        } else if (before.shards() > 0) {
            err.println("unmask: going on after " + before.rows() + " of " + plan.items() + " pictures");
        }
    }

    private static int code(Job.State state, Interrupts interrupts, PrintWriter err) {
        if (!state.complete()) {
            err.println("unmask: stopped; the same command goes on from here");
            return interrupts.exitCode();
        }
        return state.errors() == 0 ? Unmask.DONE : Unmask.SOME_FAILED;
    }
}
