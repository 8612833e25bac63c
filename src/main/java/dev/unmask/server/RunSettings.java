package dev.unmask.server;

import dev.unmask.UnmaskException;
import dev.unmask.batch.Policy;
import dev.unmask.ort.Choice;
import dev.unmask.ort.Execution;
import dev.unmask.ort.Precision;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.convert.format.ReadableBytes;
import java.time.Duration;
import java.util.function.Consumer;

/// What the operator chose of `unmask.*` about where models run, how, and in what batches.
///
/// @param device auto, cpu, or cards
/// @param precision of the numbers inside the graphs: auto, fp32, fp16 or bf16
/// @param execution how a run reaches the device: auto, plain, bound or graph
/// @param lanes threads that run batches, of each card; 0: chosen
/// @param threads inside one operator on a processor; 0: chosen from the cores
/// @param maxRows of one batch; 0: chosen
/// @param maxTokens of one batch, rows x (1 + kept patches); 0: chosen
/// @param maxDelay that a row waits for company while the model is idle; 0 is allowed
/// @param queueRows that may wait; more are answered 429
/// @param gpuMemoryLimit bytes that each graph of a lane may take on a card for the tensors between operators; 0: any
/// @param cudaPath folders to look for CUDA's libraries in before the usual ones, apart by colons
@ConfigurationProperties("unmask")
record RunSettings(
        String device,
        String precision,
        String execution,
        int lanes,
        int threads,
        int maxRows,
        int maxTokens,
        Duration maxDelay,
        int queueRows,
        @ReadableBytes long gpuMemoryLimit,
        String cudaPath) {

    RunSettings {
        parse("unmask.device", device, Choice::check, Choice.FORM);
        parse("unmask.precision", precision, Precision::parse, "auto, fp32, fp16 or bf16");
        parse("unmask.execution", execution, Execution::parse, "auto, plain, bound or graph");
        Check.range("unmask.lanes", lanes, 0, 1024);
        Check.range("unmask.threads", threads, 0, 1024);
        Check.range("unmask.max-rows", maxRows, 0, 1024);
        Check.range("unmask.max-tokens", maxTokens, 0, 1 << 20);
        Check.range("unmask.max-delay", maxDelay, Duration.ZERO, Duration.ofMinutes(1));
        Check.range("unmask.queue-rows", queueRows, 1, 1 << 20);
        int rows = maxRows == 0 ? Policy.DEFAULT.maxRows() : maxRows;
        if (queueRows < rows) {
            throw Check.refusal("unmask.queue-rows", queueRows, "at least unmask.max-rows, " + rows);
        }
        Check.range("unmask.gpu-memory-limit", gpuMemoryLimit, 0, 1L << 40);
    }

    private static void parse(String key, String text, Consumer<String> parser, String form) {
        try {
            parser.accept(text);
        } catch (UnmaskException _) {
            throw Check.refusal(key, text, form);
        }
    }
}
