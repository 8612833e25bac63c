package dev.unmask.door;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Refusals as `application/problem+json` (RFC 9457), with the `error` member that most clients look for.
public final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final MediaType PROBLEM = MediaType.of("application/problem+json");

    private Problems() {}

    public static MutableHttpResponse<Map<String, Object>> problem(HttpStatus status, String detail) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "about:blank");
        body.put("title", status.getReason());
        body.put("status", status.getCode());
        body.put("detail", detail);
        body.put("error", detail);
        return HttpResponse.<Map<String, Object>>status(status)
                .contentType(PROBLEM)
                .body(body);
    }

    /// The one place where a fault becomes a status.
    public static HttpStatus status(Fault fault) {
        return switch (fault) {
            case INVALID -> HttpStatus.BAD_REQUEST;
            case TOO_LARGE -> HttpStatus.REQUEST_ENTITY_TOO_LARGE;
            case NOT_A_PICTURE -> HttpStatus.UNSUPPORTED_MEDIA_TYPE;
            case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
            case FORBIDDEN -> HttpStatus.FORBIDDEN;
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case UNSUPPORTED -> HttpStatus.UNPROCESSABLE_ENTITY;
            case OVERLOADED -> HttpStatus.TOO_MANY_REQUESTS;
            case TIMEOUT -> HttpStatus.GATEWAY_TIMEOUT;
            case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
            case INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }

    /// The fault that a refusal of this status tells of, whoever refused.
    public static Fault fault(int status) {
        return Arrays.stream(Fault.values())
                .filter(fault -> status(fault).getCode() == status)
                .findFirst()
                .orElse(status < 500 ? Fault.INVALID : Fault.INTERNAL);
    }

    public static MutableHttpResponse<?> of(HttpRequest<?> request, UnmaskException refusal) {
        if (refusal.fault() == Fault.INTERNAL) {
            LOG.error("{} failed", request.getPath(), refusal);
        }
        MutableHttpResponse<?> problem = problem(status(refusal.fault()), refusal.getMessage());
        if (refusal.fault() == Fault.UNAUTHENTICATED) {
            problem.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        refusal.retryAfter()
                .ifPresent(after -> problem.header(
                        HttpHeaders.RETRY_AFTER,
                        Long.toString(Math.max(1, after.plusMillis(999).toSeconds()))));
        return problem;
    }

    /// Our own refusals.
    @Singleton
    @Produces
    static final class OfRefusals implements ExceptionHandler<UnmaskException, HttpResponse<?>> {

        @Override
        @SuppressWarnings("rawtypes") // as the interface has it
        public HttpResponse<?> handle(HttpRequest request, UnmaskException refusal) {
            return of(request, refusal);
        }
    }

    /// What we did not foresee: logged once, not shown.
    @Singleton
    @Produces
    static final class OfBugs implements ExceptionHandler<RuntimeException, HttpResponse<?>> {

        @Override
        @SuppressWarnings("rawtypes") // as the interface has it
        public HttpResponse<?> handle(HttpRequest request, RuntimeException bug) {
            LOG.error("{} failed", request.getPath(), bug);
            return problem(HttpStatus.INTERNAL_SERVER_ERROR, "something went wrong on our side; it was logged");
        }
    }

    /// What the server refuses before a route is reached: no such route, too large, wrong method.
    @Singleton
    static final class OfTheServer implements ErrorResponseProcessor<Map<String, Object>> {

        private final List<Witness> witnesses;

        OfTheServer(List<Witness> witnesses) {
            this.witnesses = witnesses;
        }

        @Override
        public MutableHttpResponse<Map<String, Object>> processResponse(
                ErrorContext context, MutableHttpResponse<?> response) {
            Optional<HttpStatus> head = badHead(context.getRequest());
            String detail = head.map(HttpStatus::getReason).orElseGet(() -> detail(context, response));
            MutableHttpResponse<Map<String, Object>> problem =
                    problem(head.orElse(response.status()), lowerCase(detail));
            if (!Exchanges.hasBegun(context.getRequest())) {
                witnesses.forEach(witness -> witness.unread(problem.code()));
            }
            response.getHeaders()
                    .forEach((name, values) -> values.forEach(value -> {
                        if (!name.equalsIgnoreCase("content-type") && !name.equalsIgnoreCase("content-length")) {
                            problem.header(name, value);
                        }
                    }));
            return problem;
        }

        private static String detail(ErrorContext context, MutableHttpResponse<?> response) {
            HttpRequest<?> request = context.getRequest();
            if (response.status() == HttpStatus.NOT_FOUND) {
                return "there is no route " + request.getMethodName() + " " + request.getPath();
            }
            return context.hasErrors() ? context.getErrors().getFirst().getMessage() : response.reason();
        }

        /// What exactly is wrong with a head that is too long for the server to read.
        private static Optional<HttpStatus> badHead(HttpRequest<?> request) {
            Throwable cause = request instanceof NettyHttpRequest<?> netty
                    ? netty.getNativeRequest().decoderResult().cause()
                    : null;
            return switch (cause) {
                case TooLongHttpHeaderException _ -> Optional.of(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE);
                case TooLongHttpLineException _ -> Optional.of(HttpStatus.REQUEST_URI_TOO_LONG);
                case null, default -> Optional.empty();
            };
        }

        private static String lowerCase(String text) {
            return text.isEmpty() ? text : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
        }
    }
}
