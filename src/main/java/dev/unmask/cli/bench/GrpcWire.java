package dev.unmask.cli.bench;

import com.google.protobuf.ByteString;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferInputTensor;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferRequestedOutputTensor;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Requests of the Open Inference Protocol over gRPC, a connection for each at a time.
final class GrpcWire implements Wire {

    private static final MethodDescriptor<byte[], byte[]> INFER = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("inference.GRPCInferenceService/ModelInfer")
            .build();

    private final Target target;
    private final List<byte[]> messages;
    private final Turns turns;
    private final ConcurrentLinkedDeque<ManagedChannel> idle = new ConcurrentLinkedDeque<>();

    /// @param messages encoded, as [#message] makes them
    /// @param most connections at a time
    GrpcWire(Target target, List<byte[]> messages, int most) {
        this.target = target;
        this.messages = List.copyOf(messages);
        this.turns = new Turns(most);
    }

    /// Asks a model that takes encoded pictures for one output of one photo.
    static byte[] message(String model, String output, byte[] photo) {
        ByteBuffer contents = ByteBuffer.allocate(Integer.BYTES + photo.length).order(ByteOrder.LITTLE_ENDIAN);
        contents.putInt(photo.length).put(photo).flip();
        InferInputTensor.Builder image = InferInputTensor.newBuilder()
                .setName("image")
                .setDatatype("BYTES")
                .addShape(1);
        return ModelInferRequest.newBuilder()
                .setModelName(model)
                .addInputs(image)
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName(output))
                .addRawInputContents(ByteString.copyFrom(contents))
                .build()
                .toByteArray();
    }

    @Override
    public int exchange(long number, long deadline, Runnable sending) throws IOException {
        byte[] message = messages.get((int) (number % messages.size()));
        turns.take(deadline);
        ManagedChannel channel = take();
        try {
            sending.run();
            CallOptions options =
                    CallOptions.DEFAULT.withDeadlineAfter(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            ClientCalls.blockingUnaryCall(channel, INFER, options, message);
            return 200;
        } catch (StatusRuntimeException e) {
            return status(e.getStatus());
        } finally {
            idle.push(channel);
            turns.giveBack();
        }
    }

    @Override
    public void close() {
        idle.forEach(ManagedChannel::shutdownNow);
    }

    private ManagedChannel take() {
        @Nullable ManagedChannel last = idle.poll();
        return last != null
                ? last
                : NettyChannelBuilder.forAddress(target.address())
                        .usePlaintext()
                        .disableRetry()
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .build();
    }

    /// The status that the same refusal has over HTTP; a connection that failed is none.
    private static int status(Status status) throws IOException {
        return switch (status.getCode()) {
            case RESOURCE_EXHAUSTED -> 429;
            case UNAVAILABLE -> {
                if (status.getCause() instanceof IOException lost) {
                    throw lost;
                }
                yield 503;
            }
            case DEADLINE_EXCEEDED -> 504;
            case INVALID_ARGUMENT -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case UNIMPLEMENTED -> 422;
            default -> 500;
        };
    }

    /// Messages stay bytes: what they say is known, and decoding them would be work of the generator.
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
