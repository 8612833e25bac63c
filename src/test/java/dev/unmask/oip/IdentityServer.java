package dev.unmask.oip;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Card.Stack;
import dev.unmask.Model;
import dev.unmask.Normalization;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.batch.Policy;
import dev.unmask.task.Catalog;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.server.netty.NettyEmbeddedServer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The service with a model named `identity` that computes nothing, for `bench/peers`: what is left is the protocol.
/// Takes `pixels` FP32 (3, 224, 224); `latent` (197, 768) is those numbers and then zeros, `cls` (768) the first of
/// them. Settings as for the service, by -D properties.
final class IdentityServer {

    private static final int TOKENS = 197;
    private static final int WIDTH = 768;

    private IdentityServer() {}

    public static void main(String[] args) {
        ApplicationContext context = ApplicationContext.run();
        context.getBean(Catalog.class).put(Batcher.start(List.of(new Identity()), Policy.DEFAULT, new Listener() {}));
        System.out.println("identity on "
                + context.getBean(NettyEmbeddedServer.class).start().getURL());
    }

    private record Identity() implements Model {

        @Override
        public Card card() {
            return new Card(
                    "identity",
                    "CC0-1.0",
                    "nowhere",
                    "encoder",
                    "0",
                    new PatchGrid(224, 224, 16),
                    new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
                    new Stack(WIDTH, 1, 1, WIDTH),
                    null,
                    0,
                    true,
                    false,
                    "demo",
                    List.of(),
                    Set.of(Output.LATENT, Output.CLS),
                    Map.of(),
                    0);
        }

        @Override
        public List<Answer> run(List<Row> rows, Set<Output> wanted) {
            return rows.stream().map(row -> answer(row, wanted)).toList();
        }

        private static Answer answer(Row row, Set<Output> wanted) {
            Map<Output, Tensor> answers = new EnumMap<>(Output.class);
            for (Output output : wanted) {
                answers.put(output, output == Output.CLS ? copy(row, WIDTH) : copy(row, TOKENS, WIDTH));
            }
            return new Answer(answers);
        }

        /// On the heap: memory of the network's and the engine's kind costs more to get than to fill.
        private static Tensor copy(Row row, long... shape) {
            ByteBuffer to = ByteBuffer.allocate(
                    (int) (Float.BYTES * Arrays.stream(shape).reduce(1, (a, b) -> a * b)));
            ByteBuffer from = row.pixels().bytes();
            to.put(from.slice(0, Math.min(from.remaining(), to.remaining()))).clear();
            return Tensor.view(Tensor.Type.FLOAT32, to, shape);
        }
    }
}
