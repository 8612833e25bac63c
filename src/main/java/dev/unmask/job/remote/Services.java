package dev.unmask.job.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import dev.unmask.job.remote.Outcome.Answered;
import dev.unmask.job.remote.Outcome.Busy;
import dev.unmask.job.remote.Outcome.Lost;
import dev.unmask.job.remote.Outcome.Refused;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Running Unmask services that serve the same model, and share the work. One that is away, or becomes so, is left out
/// while others answer.
public final class Services implements AutoCloseable {

    /// Pictures that may be under way at a time, to all services together; so many threads are worth having.
    public static final int CALLS = Pace.MOST;

    /// The environment variable that a key is taken from.
    public static final String KEY = "UNMASK_API_KEY";

    /// How long no service may answer.
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration CONNECT = Duration.ofSeconds(5);

    /// That a picture may be lost on its way; it may itself be what services die of.
    private static final int MOST_LOST = 10;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client;
    private final Balance balance;
    private final Told model;

    private Services(HttpClient client, Balance balance, Told model) {
        this.client = client;
        this.balance = balance;
        this.model = model;
    }

    /// Asks the services what they serve. Refuses those that do not serve the same; at least one must answer.
    ///
    /// @param key that opens the model, if they ask for one
    /// @param name of the model; null for the first that the first service serves
    /// @param patience with services of which none answers
    public static Services open(List<String> urls, @Nullable String key, @Nullable String name, Duration patience) {
        if (key != null && !key.matches("[\\x21-\\x7E]+")) {
            throw UnmaskException.invalid(KEY + " has characters that no key has");
        }
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // a connection for each request under way
                .connectTimeout(CONNECT)
                .build();
        try {
            List<Service> services = urls.stream()
                    .map(url -> new Service(client, Address.of(url), key))
                    .toList();
            return new Services(client, new Balance(services, patience), agreed(services, name));
        } catch (RuntimeException e) {
            client.shutdownNow();
            throw e;
        }
    }

    /// What they serve, which runs there and not here.
    public Model model() {
        return model;
    }

    /// The answer of one of them, however often it takes to get it. A refusal is that of the picture, if its fault is
    /// of one picture.
    byte[] ask(Question question, byte[] picture) throws InterruptedException {
        for (int lost = 0; lost < MOST_LOST; ) {
            switch (outcome(question, picture)) {
                case Answered answered -> {
                    return answered.body();
                }
                case Refused(UnmaskException why) -> throw why;
                case Busy _ -> {} // there will be room
                case Lost(String why) -> {
                    lost++;
                    if (lost == MOST_LOST) {
                        throw new UnmaskException(
                                Fault.UNAVAILABLE, "a picture was lost " + lost + " times on its way: " + why);
                    }
                }
            }
        }
        throw new IllegalStateException("unreachable");
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private Outcome outcome(Question question, byte[] picture) throws InterruptedException {
        Balance.Turn turn = balance.take();
        Outcome outcome = null;
        try {
            outcome = turn.service().ask(question, picture, model.card().digest());
            return outcome;
        } finally {
            if (outcome == null) {
                balance.withdraw(turn);
            } else {
                balance.settle(turn, outcome);
            }
        }
    }

    private static Told agreed(List<Service> services, @Nullable String name) {
        Map<Service, Told> told = new LinkedHashMap<>();
        Map<Service, String> silent = new LinkedHashMap<>();
        String wanted = name;
        for (Service service : services) {
            switch (models(service)) {
                case Answered answered -> {
                    Told model = model(service, answered.body(), wanted);
                    wanted = model.card().name();
                    told.put(service, model);
                }
                case Refused(UnmaskException why) -> throw why;
                case Busy(String why, @Nullable Duration _) -> silent.put(service, why);
                case Lost(String why) -> silent.put(service, why);
            }
        }
        if (told.isEmpty()) {
            throw new UnmaskException(Fault.UNAVAILABLE, "no service answers: " + list(silent));
        }
        Map<Service, String> identities = new LinkedHashMap<>();
        told.forEach((service, model) -> identities.put(service, model.identity()));
        if (identities.values().stream().distinct().count() > 1) {
            throw UnmaskException.invalid("the services do not serve the same: " + list(identities));
        }
        return told.values().iterator().next();
    }

    private static Outcome models(Service service) {
        try {
            return service.models();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnmaskException(Fault.UNAVAILABLE, "interrupted while services were asked for models", e);
        }
    }

    /// The model of a name, or the first.
    private static Told model(Service service, byte[] body, @Nullable String name) {
        List<Told> models;
        try {
            JsonNode data = JSON.readTree(body).required("data");
            models = StreamSupport.stream(data.spliterator(), false)
                    .map(Told::of)
                    .toList();
        } catch (IOException | IllegalArgumentException e) {
            throw UnmaskException.invalid(
                    service.address() + " is no Unmask service of this version: " + e.getMessage());
        }
        return models.stream()
                .filter(model -> name == null || model.card().name().equals(name))
                .findFirst()
                .orElseThrow(() -> UnmaskException.invalid(service.address() + " serves "
                        + (name == null ? "no model" : "no model '" + name + "'") + "; it serves "
                        + models.stream().map(model -> model.card().name()).toList()));
    }

    private static String list(Map<Service, String> of) {
        return of.entrySet().stream()
                .map(one -> one.getKey().address() + ": " + one.getValue())
                .collect(Collectors.joining("; "));
    }
}
