package dev.unmask.door;

import org.jspecify.annotations.Nullable;

/// What a request says before its body, whatever the protocol, and whether its caller is still there.
public interface Head {

    enum Protocol {
        HTTP,
        GRPC
    }

    Protocol protocol();

    String method();

    String path();

    /// What was found for the path, without what callers wrote: `/v1/models/{name}`. Empty if nothing was.
    String route();

    Iterable<String> headers();

    /// The first value of a header, by its name in any case.
    @Nullable
    String header(String name);

    /// Whether the caller hung up.
    boolean isGone();
}
