package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.oip.IndexEntry.State;
import dev.unmask.oip.Requests.Bad;
import dev.unmask.oip.Requests.Good;
import dev.unmask.oip.Transport.Refused;
import dev.unmask.server.GrpcServer;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whichever way the protocol is spoken, what is said is the same: one table for all transports.
@Timeout(120)
class ParityTest {

    private static EmbeddedServer server;
    private static List<Transport> transports;

    @BeforeAll
    static void start() {
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models",
                        Requests.SERVED,
                        "unmask.model-folder",
                        Bundles.FOLDER,
                        "unmask.model-control",
                        true,
                        "unmask.max-rows",
                        2));
        int grpc = server.getApplicationContext().getBean(GrpcServer.class).port();
        transports = List.of(
                new HttpTransport(server.getURI(), true),
                new HttpTransport(server.getURI(), false),
                new GrpcTransport(grpc, true),
                new GrpcTransport(grpc, false));
    }

    @AfterAll
    static void stop() {
        transports.forEach(Transport::close);
        server.close();
    }

    static Stream<Good> answered() {
        return Requests.answered();
    }

    static Stream<Bad> refused() {
        return Requests.refused();
    }

    static Stream<String> models() {
        return Stream.concat(
                Requests.SERVED.stream().map(Requests::card).flatMap(ParityTest::names),
                Stream.of("nosuch", "encoder_decoder", "full_", "a/b", "ä"));
    }

    private static Stream<String> names(Card card) {
        return Face.of(card).stream().map(face -> face.of(card.name()));
    }

    @ParameterizedTest
    @MethodSource("answered")
    void theSameAnswerBitForBit(Good good) {
        InferResponse first = transports.getFirst().infer(good.request());
        assertThat(first.outputs()).isNotEmpty();
        assertThat(first.model()).isEqualTo(good.request().model());
        assertThat(first.id()).isEqualTo(good.request().id());
        for (Transport transport : transports) {
            InferResponse answer = transport.infer(good.request());
            assertThat(answer.outputs()).as("%s", transport).isEqualTo(first.outputs());
            assertThat(answer).as("%s", transport).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @MethodSource("refused")
    void theSameRefusalWithTheStatusOfItsFault(Bad bad) {
        String message =
                refusal(transports.getFirst(), to -> to.infer(bad.request())).getMessage();
        assertThat(message).startsWith(bad.message()).isNotBlank();
        for (Transport transport : transports) {
            Refused refused = refusal(transport, to -> to.infer(bad.request()));
            assertThat(refused).as("%s", transport).hasMessage(message);
            assertThat(refused.status()).as("%s", transport).isEqualTo(transport.status(bad.fault()));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theSameIsToldOfAModel(String model) {
        for (String version : List.of("", "1", "2")) {
            same(transport -> transport.metadata(model, version));
            same(transport -> transport.config(model, version));
            same(transport -> transport.statistics(model, version));
            same(transport -> transport.isReady(model, version));
        }
    }

    /// perf_analyzer compares their names, and takes the first dimension for the batch.
    @Test
    void configurationAndMetadataAgree() {
        for (String model : models().limit(14).toList()) {
            ModelMetadata metadata = transports.getFirst().metadata(model, "");
            ModelConfig config = transports.getFirst().config(model, "");
            assertThat(config.input())
                    .extracting(ModelConfig.Tensor::name)
                    .containsExactlyElementsOf(names(metadata.inputs()));
            assertThat(config.output())
                    .extracting(ModelConfig.Tensor::name)
                    .containsExactlyElementsOf(names(metadata.outputs()));
            assertThat(Stream.concat(metadata.inputs().stream(), metadata.outputs().stream()))
                    .allSatisfy(spec -> assertThat(spec.shape().getFirst()).isEqualTo(-1));
            assertThat(config.maxBatchSize()).isEqualTo(512);
            assertThat(config.dynamicBatching().preferredBatchSize()).containsExactly(2);
        }
    }

    @Test
    void theSameIsToldOfTheServer() {
        same(Transport::server);
        same(Transport::isLive);
        same(Transport::isReady);
        same(transport -> transport.index(false));
        same(transport -> transport.index(true));
        same(transport -> transport.statistics("", ""));
        assertThat(transports.getFirst().server().extensions())
                .containsExactly(
                        "binary_tensor_data",
                        "parameters",
                        "model_configuration",
                        "statistics",
                        "model_repository",
                        "schedule_policy",
                        "classification");
    }

    @Test
    void aModelComesAndGoesBothWays() {
        for (Transport transport : transports) {
            assertThat(state(transport, "rectangular")).isEqualTo(State.UNAVAILABLE);
            transport.load("rectangular", Map.of());
            for (Transport other : transports) {
                assertThat(state(other, "rectangular_decoder")).isEqualTo(State.READY);
                assertThat(other.isReady("rectangular", "1")).isTrue();
            }
            transport.unload("rectangular");
            assertThat(state(transport, "rectangular")).isEqualTo(State.UNAVAILABLE);
            assertThat(transport.index(true)).noneMatch(each -> each.name().startsWith("rectangular"));
        }
    }

    @Test
    void whatCannotBeLoadedOrUnloadedIsRefusedAlike() {
        for (Transport transport : transports) {
            told(
                    transport,
                    Fault.NOT_FOUND,
                    "there is no model 'nosuch' in the folder of models",
                    to -> to.load("nosuch", Map.of()));
            told(
                    transport,
                    Fault.NOT_FOUND,
                    "there is no model 'full_image' in the folder of models",
                    to -> to.load("full_image", Map.of()));
            told(transport, Fault.INVALID, "'../full' is no name of a model", to -> to.load("../full", Map.of()));
            told(transport, Fault.NOT_FOUND, "there is no model 'nosuch'; served are", to -> to.unload("nosuch"));
            told(
                    transport,
                    Fault.UNSUPPORTED,
                    "parameters config: models are not uploaded or configured over the network",
                    to -> to.load("full", Map.of("config", "{}")));
        }
    }

    private static State state(Transport transport, String model) {
        return transport.index(false).stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private interface Ask {
        void of(Transport transport);
    }

    private static void told(Transport transport, Fault fault, String message, Ask ask) {
        Refused refused = refusal(transport, ask);
        assertThat(refused).as("%s", transport).hasMessageStartingWith(message);
        assertThat(refused.status()).as("%s", transport).isEqualTo(transport.status(fault));
    }

    /// Answers are equal, and so are refusals but for how a way tells their status.
    private static void same(Function<Transport, Object> ask) {
        Object first = outcome(transports.getFirst(), ask);
        for (Transport transport : transports) {
            assertThat(outcome(transport, ask)).as("%s", transport).isEqualTo(first);
        }
    }

    private static Object outcome(Transport transport, Function<Transport, Object> ask) {
        try {
            return ask.apply(transport);
        } catch (Refused refused) {
            assertThat(refused.status()).isEqualTo(transport.status(Fault.NOT_FOUND));
            return String.valueOf(refused.getMessage());
        }
    }

    private static Refused refusal(Transport transport, Ask ask) {
        Refused refused = catchThrowableOfType(Refused.class, () -> ask.of(transport));
        assertThat(refused).as("%s refuses", transport).isNotNull();
        return refused;
    }

    private static List<String> names(List<TensorSpec> specs) {
        return specs.stream().map(TensorSpec::name).toList();
    }
}
