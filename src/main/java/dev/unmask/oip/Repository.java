package dev.unmask.oip;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import dev.unmask.door.Exchange;
import dev.unmask.door.Readiness;
import dev.unmask.oip.IndexEntry.State;
import dev.unmask.task.Caller;
import dev.unmask.task.Catalog;
import dev.unmask.task.ModelControl;
import dev.unmask.task.Reconstruct.PatchStats;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/// The models of the protocol, several for each bundle that is served, and what can be asked about them. Each has one
/// version.
@Singleton
public final class Repository {

    static final String VERSION = "1";
    static final String PLATFORM = "onnxruntime_onnx";

    private static final List<String> EXTENSIONS = List.of(
            "binary_tensor_data",
            "parameters",
            "model_configuration",
            "statistics",
            "model_repository",
            "schedule_policy",
            "classification");

    private final Catalog catalog;
    private final ModelControl control;
    private final Readiness readiness;
    private final Batching batching;
    private final Statistics statistics;

    Repository(Catalog catalog, ModelControl control, Readiness readiness, Batching batching, Statistics statistics) {
        this.catalog = catalog;
        this.control = control;
        this.readiness = readiness;
        this.batching = batching;
        this.statistics = statistics;
    }

    /// Works with a model of the protocol that the caller may use.
    <T> T use(Caller caller, String name, String version, BiFunction<Face, Model, T> work) {
        Name found = find(caller, name);
        return catalog.use(caller, found.bundle(), model -> {
            if (!found.face().isOf(model.card())) {
                throw missing(caller, name);
            }
            if (!version.isEmpty() && !version.equals(VERSION)) {
                throw new UnmaskException(
                        Fault.NOT_FOUND, "model '" + name + "' has no version '" + version + "'; it has " + VERSION);
            }
            return work.apply(found.face(), model);
        });
    }

    /// Turns a caller away for whom there is no room, before the body has come.
    void knock(Caller caller, String name, String version, Exchange exchange) {
        boolean _ = use(caller, name, version, (_, model) -> {
            exchange.meant(model.card().name(), 1);
            statistics.of(name).knocked(() -> model.admit(exchange, 1).close());
            return true;
        });
    }

    /// The input of a model that needs only one.
    TensorSpec input(Caller caller, String name, String version) {
        return use(caller, name, version, (face, model) -> {
            List<TensorSpec> needed = face.accepted(model.card()).stream()
                    .filter(spec -> !spec.optional())
                    .toList();
            if (needed.size() > 1) {
                throw UnmaskException.invalid(
                        "model '" + name + "' takes " + needed.size() + " inputs; a body without JSON is one");
            }
            return needed.getFirst();
        });
    }

    boolean isLive() {
        return readiness.deaths().isEmpty();
    }

    boolean isReady() {
        return readiness.obstacles().isEmpty();
    }

    /// Whether a model would work now; one that is loading would not. Refuses the name of none.
    boolean isReady(Caller caller, String name, String version) {
        try {
            return use(caller, name, version, (_, _) -> true);
        } catch (UnmaskException refusal) {
            if (refusal.fault() == Fault.UNAVAILABLE) {
                return false;
            }
            throw refusal;
        }
    }

    ServerMetadata server() {
        String version = Repository.class.getPackage().getImplementationVersion();
        return new ServerMetadata("unmask", Objects.requireNonNullElse(version, "development"), EXTENSIONS);
    }

    ModelMetadata metadata(Caller caller, String name, String version) {
        return use(
                caller,
                name,
                version,
                (face, model) -> new ModelMetadata(
                        name,
                        List.of(VERSION),
                        PLATFORM,
                        face.inputs(model.card()),
                        face.outputs(model.card(), PatchStats.NONE)));
    }

    ModelConfig config(Caller caller, String name, String version) {
        return use(caller, name, version, (face, model) -> ModelConfig.of(face, model.card(), batching));
    }

    /// Of one model, or of all if the name is empty.
    List<ModelStatistics> statistics(Caller caller, String name, String version) {
        if (name.isEmpty()) {
            return served(caller).map(each -> statistics.of(each).told()).toList();
        }
        return use(caller, name, version, (_, _) -> List.of(statistics.of(name).told()));
    }

    /// Models that are served, that are loading, and, where they may be loaded, that lie in the operator's folder.
    List<IndexEntry> index(Caller caller, boolean readyOnly) {
        List<IndexEntry> index = new ArrayList<>();
        served(caller).forEach(name -> index.add(new IndexEntry(name, VERSION, State.READY, "")));
        if (!readyOnly) {
            List<String> loading =
                    catalog.loading().stream().filter(caller::may).toList();
            loading.forEach(name -> index.add(new IndexEntry(name, VERSION, State.LOADING, "")));
            List<String> known = Stream.concat(
                            catalog.all(caller, model -> model.card().name()).stream(), loading.stream())
                    .toList();
            control.available().stream()
                    .filter(name -> caller.may(name) && !known.contains(name))
                    .forEach(name -> index.add(new IndexEntry(name, VERSION, State.UNAVAILABLE, "unloaded")));
        }
        return index;
    }

    /// Loads a bundle, and with it all of its models of the protocol.
    void load(Caller caller, String name, List<String> parameters) {
        caller.administer(name);
        if (!parameters.isEmpty()) {
            throw new UnmaskException(
                    Fault.UNSUPPORTED,
                    "parameters " + String.join(", ", parameters)
                            + ": models are not uploaded or configured over the network");
        }
        control.load(name);
    }

    void unload(Caller caller, String name) {
        caller.administer(name);
        control.unload(name);
    }

    /// A name as a bundle and a kind.
    private record Name(String bundle, Face face) {}

    /// A bundle's own name goes before another's with a suffix.
    private Name find(Caller caller, String name) {
        List<String> bundles = Stream.concat(
                        catalog.all(caller, model -> model.card().name()).stream(), catalog.loading().stream())
                .toList();
        return Arrays.stream(Face.values())
                .filter(face -> name.endsWith(face.suffix()))
                .map(face ->
                        new Name(name.substring(0, name.length() - face.suffix().length()), face))
                .filter(each -> bundles.contains(each.bundle()))
                .findFirst()
                .orElseThrow(() -> unknown(caller, name));
    }

    private UnmaskException unknown(Caller caller, String name) {
        caller.use(name);
        return missing(caller, name);
    }

    private UnmaskException missing(Caller caller, String name) {
        return new UnmaskException(
                Fault.NOT_FOUND,
                "there is no model '" + name + "'; there are "
                        + String.join(", ", served(caller).toList()));
    }

    private Stream<String> served(Caller caller) {
        return catalog.all(caller, Model::card).stream().flatMap(Repository::names);
    }

    private static Stream<String> names(Card card) {
        return Face.of(card).stream().map(face -> face.of(card.name()));
    }
}
