package dev.unmask.oip;

import com.google.protobuf.ByteString;
import dev.unmask.oip.proto.OpenInference.InferParameter;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferInputTensor;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferRequestedOutputTensor;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;

/// What a client of the protocol sends by gRPC.
public final class GrpcCalls {

    private GrpcCalls() {}

    public static ManagedChannel channel(int port) {
        return NettyChannelBuilder.forAddress("localhost", port)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE) // as Triton's clients do
                .build();
    }

    /// One grey picture of 32 x 32 pixels, as the bundles of the tests take it.
    public static ModelInferRequest.Builder pixels(String model, String output) {
        return raw(model, "pixels", "UINT8", output, List.of(1L, 32L, 32L, 3L), new byte[32 * 32 * 3]);
    }

    public static ModelInferRequest.Builder raw(
            String model, String input, String datatype, String output, List<Long> shape, byte[] bytes) {
        return ModelInferRequest.newBuilder()
                .setModelName(model)
                .addInputs(InferInputTensor.newBuilder()
                        .setName(input)
                        .setDatatype(datatype)
                        .addAllShape(shape))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName(output))
                .addRawInputContents(ByteString.copyFrom(bytes));
    }

    public static InferParameter number(long value) {
        return InferParameter.newBuilder().setInt64Param(value).build();
    }
}
