package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Card;
import dev.unmask.server.Exposition;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Only the stages that the requested outputs need are run: the real server counts its runs of each graph.
@Timeout(60)
class StagesTest {

    private static EmbeddedServer server;
    private static Transport transport;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models",
                        List.of(
                                Bundles.FOLDER + "visualize",
                                Bundles.FOLDER + "full",
                                Bundles.FOLDER + "classifier-cls"),
                        "unmask.lanes",
                        1,
                        "unmask.max-rows",
                        4));
        transport = new HttpTransport(server.getURI(), true);
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        transport.close();
        client.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        // bundle, face, outputs, rows, runs of encoder, decoder, classifier
        "visualize,TENSORS,cls,1,1,0,0",
        "visualize,TENSORS,mean,1,1,0,0",
        "visualize,TENSORS,latent,1,1,0,0",
        "visualize,TENSORS,'latent,cls,mean',1,1,0,0",
        "visualize,TENSORS,patches,1,1,1,0",
        "visualize,TENSORS,image,1,1,1,0",
        "visualize,TENSORS,loss,1,1,1,0",
        "visualize,TENSORS,'cls,patches,image,loss,mask',1,1,1,0",
        "visualize,TENSORS,mask,0,0,0,0",
        "visualize,TENSORS,ids_restore,0,0,0,0",
        "visualize,TENSORS,'mask,ids_restore',0,0,0,0",
        "visualize,TENSORS,anomaly_map,4,1,1,0",
        "visualize,TENSORS,anomaly_score,4,1,1,0",
        "visualize,TENSORS,'anomaly_map,anomaly_score,mask',4,1,1,0",
        "visualize,TENSORS,'cls,anomaly_map',5,2,1,0",
        "visualize,IMAGES,cls,1,1,0,0",
        "visualize,IMAGES,mask,0,0,0,0",
        "visualize,IMAGES,panels,1,1,1,0",
        "visualize,IMAGES,'panels,loss,image',1,1,1,0",
        "visualize,IMAGES,anomaly_score,4,1,1,0",
        "visualize,ENCODER,cls,1,1,0,0",
        "visualize,ENCODER,'',1,1,0,0",
        "visualize,DECODER,patches,1,0,1,0",
        "visualize,DECODER,image,1,0,1,0",
        "visualize,DECODER,'',1,0,1,0",
        "full,IMAGES,loss,1,1,1,0",
        "full,DECODER,patches,1,0,1,0",
        "classifier-cls,TENSORS,logits,1,0,0,1",
        "classifier-cls,IMAGES,cls,1,1,0,0",
        "classifier-cls,IMAGES,'logits,cls',1,1,0,1",
        "classifier-cls,IMAGES,'',1,1,0,1",
    })
    void anOutputRunsWhatItNeedsAndNothingElse(
            String bundle, Face face, String outputs, int rows, int encoder, int decoder, int classifier)
            throws Exception {
        Card card = Bundles.card(bundle);
        String[] wanted = outputs.isEmpty() ? new String[0] : outputs.split(",", -1);
        Exposition before = scrape();
        InferResponse answer =
                transport.infer(Requests.request(face.of(bundle), Map.of(), Requests.inputs(face, card, 1), wanted));
        Exposition after = scrape();
        assertThat(answer.outputs()).isNotEmpty();
        assertThat(List.of(
                        rise(before, after, "unmask_batch_rows_sum", "model", bundle),
                        runs(before, after, bundle, "encoder"),
                        runs(before, after, bundle, "decoder"),
                        runs(before, after, bundle, "classifier")))
                .as("rows, runs of encoder, decoder, classifier")
                .containsExactly(rows, encoder, decoder, classifier);
    }

    private static int runs(Exposition before, Exposition after, String bundle, String graph) {
        return rise(before, after, "unmask_graph_seconds_count", "model", bundle, "graph", graph);
    }

    private static int rise(Exposition before, Exposition after, String name, String... labels) {
        return (int) (after.sum(name, labels) - before.sum(name, labels));
    }

    private static Exposition scrape() throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.getURI().resolve("/metrics")).build();
        return Exposition.parse(client.send(request, BodyHandlers.ofString()).body());
    }
}
