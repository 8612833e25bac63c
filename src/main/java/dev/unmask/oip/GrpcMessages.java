package dev.unmask.oip;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How the messages of requests are read.
///
/// Into one array of their size, of which the tensors are views. Parsed inside of the exchange, so that what is no
/// message is refused as everything else is.
public final class GrpcMessages {

    private GrpcMessages() {}

    /// A service whose requests are read so.
    public static ServerServiceDefinition of(ServerServiceDefinition service) {
        ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(
                        service.getServiceDescriptor().getName())
                .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
            ServerMethodDefinition<?, ?> read = of(method);
            descriptor.addMethod(read.getMethodDescriptor());
            methods.add(read);
        }
        ServerServiceDefinition.Builder whole = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(whole::addMethod);
        return ServerInterceptors.useInputStreamMessages(whole.build());
    }

    private static <Q, A> ServerMethodDefinition<Q, A> of(ServerMethodDefinition<Q, A> method) {
        MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                descriptor.toBuilder()
                        .setRequestMarshaller(Views.of(descriptor.getRequestMarshaller()))
                        .build(),
                method.getServerCallHandler());
    }

    private record Views<M>(Marshaller<M> plain, Message prototype) implements Marshaller<M> {

        static <M> Views<M> of(Marshaller<M> plain) {
            if (plain instanceof PrototypeMarshaller<M> known
                    && known.getMessagePrototype() instanceof Message message) {
                return new Views<>(plain, message);
            }
            throw new IllegalArgumentException(plain + " reads no messages of Google's");
        }

        @Override
        public InputStream stream(M message) {
            return plain.stream(message);
        }

        @Override
        @SuppressWarnings("unchecked") // a parser gives messages of its prototype's class
        public M parse(InputStream stream) {
            try {
                CodedInputStream bytes =
                        UnsafeByteOperations.unsafeWrap(all(stream)).newCodedInput();
                bytes.enableAliasing(true);
                Message message = prototype.getParserForType().parseFrom(bytes);
                bytes.checkLastTagWas(0);
                return (M) message;
            } catch (IOException e) {
                String name = prototype.getDescriptorForType().getName();
                throw new UnmaskException(Fault.INVALID, "the message is no " + name + ": " + e.getMessage(), e);
            }
        }

        /// Of a message that was packed it is not known beforehand how long it is.
        private static byte[] all(InputStream stream) throws IOException {
            if (!(stream instanceof KnownLength)) {
                return stream.readAllBytes();
            }
            byte[] bytes = new byte[stream.available()];
            int read = stream.readNBytes(bytes, 0, bytes.length);
            return read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
        }
    }
}
