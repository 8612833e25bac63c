package dev.unmask.oip;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.door.Exchange;
import dev.unmask.door.Problems;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Refusals as gRPC tells them.
public final class GrpcErrors {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcErrors.class);

    private GrpcErrors() {}

    /// The one place where a fault becomes a status of gRPC.
    static Status.Code code(Fault fault) {
        return switch (fault) {
            case INVALID, TOO_LARGE, NOT_A_PICTURE -> Status.Code.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> Status.Code.UNAUTHENTICATED;
            case FORBIDDEN -> Status.Code.PERMISSION_DENIED;
            case NOT_FOUND -> Status.Code.NOT_FOUND;
            case UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
            case OVERLOADED -> Status.Code.RESOURCE_EXHAUSTED;
            case TIMEOUT -> Status.Code.DEADLINE_EXCEEDED;
            case UNAVAILABLE -> Status.Code.UNAVAILABLE;
            case INTERNAL -> Status.Code.INTERNAL;
        };
    }

    /// The fault that a status tells of, whoever refused. Those who hang up are told of as those whose time is over.
    static Fault fault(Status.Code code) {
        return code == Status.Code.CANCELLED
                ? Fault.TIMEOUT
                : Arrays.stream(Fault.values())
                        .filter(fault -> code(fault) == code)
                        .findFirst()
                        .orElse(Fault.INTERNAL);
    }

    /// The status of gRPC that an exchange ended with, by that of HTTP which its witnesses are told.
    public static int code(int status) {
        return status < 400
                ? Status.Code.OK.value()
                : code(Problems.fault(status)).value();
    }

    /// What went wrong, for the caller. What is ours is logged, and what we did not foresee not shown.
    static UnmaskException refusal(Exchange exchange, RuntimeException failure) {
        if (failure instanceof UnmaskException refusal && refusal.fault() != Fault.INTERNAL) {
            return refusal;
        }
        LOG.error("{} failed", exchange.head().path(), failure);
        return failure instanceof UnmaskException refusal
                ? refusal
                : new UnmaskException(Fault.INTERNAL, "something went wrong on our side; it was logged", failure);
    }

    /// A refusal's status, and in the trailers when to try again, where that is known.
    static StatusRuntimeException of(UnmaskException refusal) {
        com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                .setCode(code(refusal.fault()).value())
                .setMessage(refusal.getMessage());
        refusal.retryAfter().ifPresent(after -> status.addDetails(Any.pack(retry(after))));
        return StatusProto.toStatusRuntimeException(status.build(), new Metadata());
    }

    private static RetryInfo retry(Duration after) {
        return RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(after.toSeconds())
                        .setNanos(after.toNanosPart()))
                .build();
    }
}
