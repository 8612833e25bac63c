package dev.unmask.oip;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Refuses methods that do not exist, as an exchange like every other.
public final class GrpcNoMethod extends HandlerRegistry {

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
        return ServerMethodDefinition.create(
                MethodDescriptor.newBuilder(Unread.MESSAGE, Unread.MESSAGE)
                        .setType(MethodDescriptor.MethodType.UNKNOWN)
                        .setFullMethodName(name)
                        .build(),
                (_, _) -> {
                    throw new UnmaskException(Fault.UNSUPPORTED, "there is no method " + name);
                });
    }

    private enum Unread implements Marshaller<InputStream> {
        MESSAGE;

        @Override
        public InputStream stream(InputStream message) {
            return message;
        }

        @Override
        public InputStream parse(InputStream message) {
            return message;
        }
    }
}
