package dev.unmask.oip;

import dev.unmask.door.Head;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The head of a call that came by gRPC.
///
/// @param path the full name of the method
/// @param route the same, if there is such a method
/// @param call cancelled when nobody waits for it any more
record GrpcHead(String path, String route, Metadata metadata, Context call) implements Head {

    static GrpcHead of(MethodDescriptor<?, ?> method, Metadata metadata, Context call) {
        String path = "/" + method.getFullMethodName();
        return new GrpcHead(path, method.getSchemaDescriptor() == null ? "" : path, metadata, call);
    }

    @Override
    public Protocol protocol() {
        return Protocol.GRPC;
    }

    @Override
    public String method() {
        return "POST";
    }

    @Override
    public Iterable<String> headers() {
        return metadata.keys();
    }

    @Override
    public @Nullable String header(String name) {
        List<String> values = all(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    /// All values of a header.
    List<String> all(String name) {
        Iterable<String> values = metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        List<String> all = new ArrayList<>();
        if (values != null) {
            values.forEach(all::add);
        }
        return all;
    }

    @Override
    public boolean isGone() {
        return call.isCancelled();
    }
}
