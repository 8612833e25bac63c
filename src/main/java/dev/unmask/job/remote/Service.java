package dev.unmask.job.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.job.remote.Outcome.Answered;
import dev.unmask.job.remote.Outcome.Busy;
import dev.unmask.job.remote.Outcome.Lost;
import dev.unmask.job.remote.Outcome.Refused;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// An Unmask service, as one request after the other sees it. Safe for many threads.
///
/// @param key that opens its models; never told to anyone else
record Service(HttpClient client, Address address, @Nullable String key) {

    /// The header of an answer that says which model gave it.
    static final String DIGEST = "x-model-digest";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// A picture may wait for its batch, and on a slow line.
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /// Above, the service may refuse a picture before it has come.
    private static final int LARGE = 1 << 20;

    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    /// Asks something of a picture.
    ///
    /// @param digest of the model that is to answer
    Outcome ask(Question question, byte[] picture, String digest) throws InterruptedException {
        HttpRequest request = request(question.target())
                .header("accept", question.accept())
                .header("content-type", "application/octet-stream")
                .expectContinue(picture.length > LARGE)
                .POST(BodyPublishers.ofByteArray(picture))
                .build();
        return send(request, digest);
    }

    /// Asks which models it serves.
    Outcome models() throws InterruptedException {
        return send(
                request("/v1/models").header("accept", "application/json").GET().build(), null);
    }

    private HttpRequest.Builder request(String target) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.at(target)).timeout(PATIENCE);
        return key == null ? request : request.header("authorization", "Bearer " + key);
    }

    private Outcome send(HttpRequest request, @Nullable String digest) throws InterruptedException {
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            return response.statusCode() == 200 ? answer(response, digest) : refusal(response);
        } catch (IOException e) {
            return new Lost(reason(e));
        }
    }

    /// Java says nothing of a connection that is not made, but for what lies below.
    static String reason(IOException e) {
        if (e.getMessage() != null) {
            return e.getMessage();
        }
        Throwable first = e;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        if (first instanceof UnresolvedAddressException) {
            return "there is no such host";
        }
        return e instanceof ConnectException
                ? "connection refused"
                : e.getClass().getSimpleName();
    }

    private Outcome answer(HttpResponse<byte[]> response, @Nullable String digest) {
        String told = response.headers().firstValue(DIGEST).orElse("none");
        return digest == null || digest.equals(told)
                ? new Answered(response.body())
                : new Refused(new UnmaskException(
                        Fault.UNAVAILABLE,
                        address + " answers by the model of digest " + told + ", no longer by " + digest));
    }

    private Outcome refusal(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String detail = detail(response);
        return switch (status) {
            case 400 -> new Refused(new UnmaskException(Fault.INVALID, detail));
            case 413 -> new Refused(new UnmaskException(Fault.TOO_LARGE, detail));
            case 415 -> new Refused(new UnmaskException(Fault.NOT_A_PICTURE, detail));
            case 401 -> new Refused(new UnmaskException(Fault.UNAUTHENTICATED, address + ": " + detail));
            case 403 -> new Refused(new UnmaskException(Fault.FORBIDDEN, address + ": " + detail));
            case 422 -> new Refused(new UnmaskException(Fault.UNSUPPORTED, address + ": " + detail));
            case 429, 503 -> new Busy(detail, retryAfter(response));
            case 408, 500, 502, 504 -> new Lost("status " + status + ": " + detail);
            default ->
                new Refused(new UnmaskException(
                        Fault.UNAVAILABLE, address + " answered with status " + status + ": " + detail));
        };
    }

    /// What a refusal says of itself.
    private static String detail(HttpResponse<byte[]> response) {
        try {
            JsonNode body = JSON.readTree(response.body());
            String detail = body.path("detail").asText(body.path("error").asText());
            if (!detail.isEmpty()) {
                return detail;
            }
        } catch (IOException _) {
            // not by the service itself
        }
        return "without a reason";
    }

    private static @Nullable Duration retryAfter(HttpResponse<byte[]> response) {
        String seconds = response.headers().firstValue("retry-after").orElse("");
        return seconds.matches("[0-9]{1,6}")
                ? Duration.ofSeconds(Math.min(Long.parseLong(seconds), LONGEST_WAIT.toSeconds()))
                : null;
    }
}
