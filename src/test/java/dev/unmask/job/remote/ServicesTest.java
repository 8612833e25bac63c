package dev.unmask.job.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.image.Preset;
import dev.unmask.job.EmbedWork;
import dev.unmask.job.Item;
import dev.unmask.job.Listener;
import dev.unmask.job.Made;
import dev.unmask.job.Pipeline;
import dev.unmask.job.Result;
import dev.unmask.job.Views;
import dev.unmask.job.remote.FakeService.Reply;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding.Dtype;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServicesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static byte[] photo = {};

    @BeforeAll
    static void readPhoto() throws IOException {
        photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
    }

    private static Services open(Duration patience, @Nullable String key, String... urls) {
        return Services.open(List.of(urls), key, null, patience);
    }

    private static RemoteWork work(Services services) {
        Views views = Views.of(services.model(), Preset.EVAL, true, 1, 1);
        return RemoteWork.of(services, new EmbedWork(views, Pool.MEAN, true, Dtype.FLOAT16));
    }

    /// What becomes of so many photos, on as many threads.
    private static List<Result> embed(Services services, int photos) {
        List<Item> items = Collections.nCopies(photos, new Item("photo", () -> photo));
        List<Result> results = new ArrayList<>();
        try (Pipeline<Made> pipeline =
                new Pipeline<>(work(services), items.iterator(), Integer.MAX_VALUE, photos, Listener.NONE)) {
            pipeline.forEachRemaining(results::add);
        }
        return results;
    }

    private static List<String> errors(List<Result> results) {
        return results.stream()
                .map(result -> Objects.requireNonNullElse(result.error(), "none"))
                .toList();
    }

    /// Where nobody listens.
    private static String deadUrl() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }
    }

    @Test
    void aPictureIsSentAsItIsWithAllOptions() throws IOException {
        try (FakeService fake = FakeService.start(_ -> Reply.vector());
                Services services = open(PATIENCE, "s3cret", fake.url() + "/")) {
            Result result = embed(services, 1).getFirst();

            assertThat(result.error()).isNull();
            assertThat(List.of(result.width(), result.height())).isEqualTo(List.of(451, 300));
            assertThat(fake.seen.getFirst().body()).isEqualTo(ByteBuffer.wrap(photo));
            assertThat(fake.seen.getFirst().target())
                    .isEqualTo("/v1/embed?model=m&preset=eval&exif=true&pool=mean&normalize=true&dtype=float32");
            assertThat(fake.seen.getFirst().headers())
                    .containsEntry("Authorization", List.of("Bearer s3cret"))
                    .containsEntry("Accept", List.of("application/octet-stream"));
        }
    }

    @Test
    void workIsDescribedAsTheServicesTellIt() throws IOException {
        try (FakeService fake = FakeService.start(_ -> Reply.vector());
                Services services = open(PATIENCE, null, fake.url())) {
            assertThat(work(services).identity())
                    .containsEntry("digest", FakeService.DIGEST)
                    .containsEntry("precision", "fp32")
                    .containsEntry("model", "m")
                    .containsEntry("dtype", "float16");
            assertThat(work(services).columns().getFirst().length()).isEqualTo(8);
        }
    }

    @Test
    void aServiceWithoutRoomIsLeftAloneForAsLongAsItSays() throws IOException {
        try (FakeService fake = FakeService.start(
                        n -> n == 0 ? Reply.problem(429, "queue is full", "retry-after", "1") : Reply.vector());
                Services services = open(PATIENCE, null, fake.url())) {
            assertThat(errors(embed(services, 1))).containsOnly("none");
            assertThat(fake.seen).hasSize(2);
            assertThat(fake.seen.get(1).nanos() - fake.seen.get(0).nanos())
                    .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void whatPassesIsTriedAgain() throws IOException {
        List<Reply> passing = List.of(
                Reply.problem(503, "loading"),
                Reply.problem(502, "bad gateway"),
                Reply.problem(504, "too late"),
                Reply.problem(0, "reset"),
                Reply.problem(500, "something went wrong on our side"));
        try (FakeService fake = FakeService.start(n -> n < passing.size() ? passing.get(n) : Reply.vector());
                Services services = open(PATIENCE, null, fake.url())) {
            assertThat(errors(embed(services, 1))).containsOnly("none");
            assertThat(fake.seen).hasSize(passing.size() + 1);
        }
    }

    @Test
    void aDeadServiceIsLeftOutBesideALiveOne() throws IOException {
        try (FakeService fake = FakeService.start(_ -> Reply.vector());
                Services services = open(PATIENCE, null, deadUrl(), fake.url())) {
            assertThat(errors(embed(services, 40))).hasSize(40).containsOnly("none");
            assertThat(fake.seen).hasSize(40);
        }
    }

    @Test
    void servicesOfWhichNoneAnswersEndTheJobAndAreNamed() throws IOException {
        String dead = deadUrl();
        FakeService dying = FakeService.start(_ -> Reply.problem(0, "reset"));
        try (Services services = open(Duration.ofSeconds(1), "s3cret", dead, dying.url())) {
            dying.close();
            assertThatThrownBy(() -> embed(services, 4))
                    .isInstanceOf(UnmaskException.class)
                    .hasMessageStartingWith("no service has answered for 1 s: " + dead + ": ")
                    .hasMessageContaining("; " + dying.url() + ": ")
                    .hasMessageNotContaining("s3cret")
                    .extracting("fault")
                    .isEqualTo(Fault.UNAVAILABLE);
        }
        assertThatThrownBy(() -> open(PATIENCE, null, dead))
                .hasMessage("no service answers: " + dead + ": connection refused");
    }

    @Test
    void aHostThatIsNotThereIsSaidToBe() {
        IOException refused = new ConnectException();
        refused.initCause(new UnresolvedAddressException()); // as java.net.http wraps it
        assertThat(Service.reason(refused)).isEqualTo("there is no such host");
    }

    @Test
    void aPictureThatNoServiceSurvivesEndsTheJob() throws IOException {
        try (FakeService first = FakeService.start(_ -> Reply.problem(0, "reset"));
                FakeService second = FakeService.start(_ -> Reply.problem(0, "reset"));
                Services services = open(Duration.ofHours(1), null, first.url(), second.url())) {
            assertThatThrownBy(() -> embed(services, 1))
                    .hasMessageStartingWith("a picture was lost 10 times on its way: ");
            assertThat(first.seen.size() + second.seen.size()).isEqualTo(10);
        }
    }

    @Test
    void servicesThatDoNotServeTheSameAreRefused() throws IOException {
        try (FakeService one = FakeService.start(_ -> Reply.vector());
                FakeService other = FakeService.start(FakeService.facts("0".repeat(64), "fp32"), _ -> Reply.vector());
                FakeService half =
                        FakeService.start(FakeService.facts(FakeService.DIGEST, "fp16"), _ -> Reply.vector())) {
            for (FakeService different : List.of(other, half)) {
                assertThatThrownBy(() -> open(PATIENCE, null, one.url(), different.url()))
                        .hasMessageStartingWith(
                                "the services do not serve the same: " + one.url() + ": m " + FakeService.DIGEST)
                        .hasMessageContaining(different.url());
            }
            assertThatThrownBy(() -> Services.open(List.of(one.url()), null, "other", PATIENCE))
                    .hasMessage(one.url() + " serves no model 'other'; it serves [m]");
        }
    }

    @Test
    void anAnswerOfAnotherModelEndsTheJob() throws IOException {
        try (FakeService fake = FakeService.start(n -> n == 0 ? Reply.vector() : Reply.vector("other"));
                Services services = open(PATIENCE, null, fake.url())) {
            assertThatThrownBy(() -> embed(services, 3))
                    .hasMessage(
                            fake.url() + " answers by the model of digest other, no longer by " + FakeService.DIGEST);
        }
    }

    @Test
    void aPictureThatIsRefusedIsARowWithTheServicesWords() throws IOException {
        List<Reply> refusals = List.of(
                Reply.problem(400, "JPEG is truncated"),
                Reply.problem(413, "too large"),
                Reply.problem(415, "not a picture"));
        for (Reply refusal : refusals) {
            try (FakeService fake = FakeService.start(_ -> refusal);
                    Services services = open(PATIENCE, null, fake.url())) {
                String words = List.of("JPEG is truncated", "too large", "not a picture")
                        .get(refusals.indexOf(refusal));
                assertThat(errors(embed(services, 3))).containsExactly(words, words, words);
                assertThat(fake.seen).hasSize(3);
            }
        }
    }

    @Test
    void whatIsNoPictureIsNotSent() throws IOException {
        try (FakeService fake = FakeService.start(_ -> Reply.vector());
                Services services = open(PATIENCE, null, fake.url())) {
            assertThatThrownBy(() -> work(services).prepare(new byte[] {1, 2, 3}))
                    .hasMessageStartingWith("not a picture");
            assertThat(fake.seen).isEmpty();
        }
    }

    @Test
    void whatIsWrongWithEveryPictureEndsTheJob() throws IOException {
        for (int status : new int[] {401, 403, 404, 405, 414, 422, 301}) {
            try (FakeService fake = FakeService.start(_ -> Reply.problem(status, "no"));
                    Services services = open(PATIENCE, null, fake.url())) {
                assertThatThrownBy(() -> embed(services, 3))
                        .asInstanceOf(type(UnmaskException.class))
                        .matches(refusal -> !refusal.fault().isOfOnePicture())
                        .extracting(UnmaskException::getMessage)
                        .asString()
                        .startsWith(fake.url());
            }
        }
    }

    @Test
    void servicesShareTheWorkByWhatIsUnderWay() throws Exception {
        CountDownLatch all = new CountDownLatch(8);
        try (FakeService one = FakeService.start(_ -> answerTogether(all));
                FakeService other = FakeService.start(_ -> answerTogether(all));
                Services services = open(PATIENCE, null, one.url(), other.url())) {
            assertThat(errors(embed(services, 8))).containsOnly("none");
            assertThat(Stream.of(one, other).map(service -> service.seen.size()))
                    .containsExactly(4, 4);
        }
    }

    private static Reply answerTogether(CountDownLatch all) {
        all.countDown();
        try {
            assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return Reply.vector();
    }

    @Test
    void aJobThatIsClosedLeavesItsRequests() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        try (FakeService fake = FakeService.start(_ -> {
                    asked.countDown();
                    return answerTogether(never);
                });
                Services services = open(PATIENCE, null, fake.url())) {
            Pipeline<Made> pipeline = new Pipeline<>(
                    work(services), List.of(new Item("photo", () -> photo)).iterator(), 1, 1, Listener.NONE);
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
            pipeline.close();
            never.countDown();
        }
    }

    @Test
    void addressesAndKeysAreRefusedIfTheyAreNone() {
        for (String url : List.of(
                "localhost:8000", "ftp://host", "http://", "http://user:pass@host", "http://host?x=1", "http://a b")) {
            assertThatThrownBy(() -> open(PATIENCE, null, url))
                    .hasMessage("server '" + url + "' is not http://HOST:PORT or https://HOST:PORT");
        }
        assertThatThrownBy(() -> open(PATIENCE, "two words\n", "http://localhost:1"))
                .hasMessage("UNMASK_API_KEY has characters that no key has");
    }
}
