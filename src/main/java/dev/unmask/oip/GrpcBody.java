package dev.unmask.oip;

import com.google.protobuf.UnsafeByteOperations;
import dev.unmask.UnmaskException;
import dev.unmask.oip.InferRequest.Wanted;
import dev.unmask.oip.proto.OpenInference.InferParameter;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferInputTensor;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Requests for inference and their answers as messages of gRPC.
final class GrpcBody {

    /// Asks for a sign that no more answers to a request come. Triton's models may give several; ours give one.
    private static final String ASKS_FOR_LAST = "triton_enable_empty_final_response";

    private static final String IS_LAST = "triton_final_response";

    private GrpcBody() {}

    /// Tensors come typed or raw, all of a request the same way.
    static InferRequest read(ModelInferRequest message) {
        int raw = message.getRawInputContentsCount();
        if (raw > message.getInputsCount()) {
            throw UnmaskException.invalid(
                    "raw_input_contents has " + raw + " entries for " + message.getInputsCount() + " inputs");
        }
        List<InferInput> inputs = new ArrayList<>();
        for (int i = 0; i < message.getInputsCount(); i++) {
            inputs.add(input(message, i));
        }
        return new InferRequest(
                message.getModelName(),
                message.getModelVersion(),
                message.getId(),
                parameters(message.getParametersMap()),
                inputs,
                message.getOutputsList().stream()
                        .map(output -> Wanted.of(output.getName(), parameters(output.getParametersMap())))
                        .toList());
    }

    /// Always raw, one entry for each output: clients read nothing else.
    static ModelInferResponse tell(InferResponse response, InferRequest request) {
        ModelInferResponse.Builder message = ModelInferResponse.newBuilder()
                .setModelName(response.model())
                .setModelVersion(response.version())
                .setId(response.id());
        response.parameters().forEach((name, value) -> message.putParameters(name, parameter(value)));
        if (Boolean.TRUE.equals(request.parameters().get(ASKS_FOR_LAST))) {
            message.putParameters(IS_LAST, parameter(true));
        }
        for (InferOutput output : response.outputs()) {
            message.addOutputsBuilder()
                    .setName(output.name())
                    .setDatatype(output.datatype().name())
                    .addAllShape(output.shape());
            message.addRawOutputContents(UnsafeByteOperations.unsafeWrap(output.data()));
        }
        return message.build();
    }

    private static InferInput input(ModelInferRequest message, int i) {
        InferInputTensor input = message.getInputs(i);
        Unsupported.refuseSharedMemory(
                "input", input.getName(), parameters(input.getParametersMap()).keySet());
        Datatype datatype = Datatype.parse(input.getDatatype());
        return new InferInput(input.getName(), datatype, input.getShapeList(), data(message, i, datatype));
    }

    private static ByteBuffer data(ModelInferRequest message, int i, Datatype datatype) {
        InferInputTensor input = message.getInputs(i);
        if (message.getRawInputContentsCount() == 0) {
            return GrpcTensor.read(input.getName(), datatype, input.getContents());
        }
        if (input.hasContents()) {
            throw UnmaskException.invalid("input '" + input.getName()
                    + "' has contents, and the request has raw_input_contents; all inputs come one way");
        }
        if (i >= message.getRawInputContentsCount()) {
            throw UnmaskException.invalid("unable to find data for input tensor '" + input.getName()
                    + "'; raw_input_contents has " + message.getRawInputContentsCount() + " entries for "
                    + message.getInputsCount() + " inputs");
        }
        return message.getRawInputContents(i).asReadOnlyByteBuffer();
    }

    private static Map<String, Object> parameters(Map<String, InferParameter> messages) {
        Map<String, Object> parameters = new HashMap<>();
        messages.forEach((name, message) -> parameters.put(name, value(name, message)));
        return parameters;
    }

    private static Object value(String name, InferParameter message) {
        return switch (message.getParameterChoiceCase()) {
            case BOOL_PARAM -> message.getBoolParam();
            case INT64_PARAM -> message.getInt64Param();
            case STRING_PARAM -> message.getStringParam();
            case DOUBLE_PARAM -> message.getDoubleParam();
            case UINT64_PARAM -> signed(name, message.getUint64Param());
            case PARAMETERCHOICE_NOT_SET -> throw UnmaskException.invalid("parameter '" + name + "' has no value");
        };
    }

    private static long signed(String name, long value) {
        if (value < 0) {
            throw UnmaskException.invalid(
                    "parameter '" + name + "' is " + Long.toUnsignedString(value) + "; it may be 2^63-1 at most");
        }
        return value;
    }

    private static InferParameter parameter(Object value) {
        InferParameter.Builder message = InferParameter.newBuilder();
        return switch (value) {
            case Boolean flag -> message.setBoolParam(flag).build();
            case Long number -> message.setInt64Param(number).build();
            case Double number -> message.setDoubleParam(number).build();
            default -> message.setStringParam(value.toString()).build();
        };
    }
}
