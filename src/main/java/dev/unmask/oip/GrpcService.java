package dev.unmask.oip;

import dev.unmask.UnmaskException;
import dev.unmask.door.Exchange;
import dev.unmask.door.Problems;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.unmask.oip.proto.OpenInference;
import dev.unmask.oip.proto.OpenInference.ModelConfigRequest;
import dev.unmask.oip.proto.OpenInference.ModelConfigResponse;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.oip.proto.OpenInference.ModelMetadataRequest;
import dev.unmask.oip.proto.OpenInference.ModelMetadataResponse;
import dev.unmask.oip.proto.OpenInference.ModelReadyRequest;
import dev.unmask.oip.proto.OpenInference.ModelReadyResponse;
import dev.unmask.oip.proto.OpenInference.ModelStatisticsRequest;
import dev.unmask.oip.proto.OpenInference.ModelStatisticsResponse;
import dev.unmask.oip.proto.OpenInference.ModelStreamInferResponse;
import dev.unmask.oip.proto.OpenInference.RepositoryIndexRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryIndexResponse;
import dev.unmask.oip.proto.OpenInference.RepositoryModelLoadRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryModelLoadResponse;
import dev.unmask.oip.proto.OpenInference.RepositoryModelUnloadRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryModelUnloadResponse;
import dev.unmask.oip.proto.OpenInference.ServerLiveRequest;
import dev.unmask.oip.proto.OpenInference.ServerLiveResponse;
import dev.unmask.oip.proto.OpenInference.ServerMetadataRequest;
import dev.unmask.oip.proto.OpenInference.ServerMetadataResponse;
import dev.unmask.oip.proto.OpenInference.ServerReadyRequest;
import dev.unmask.oip.proto.OpenInference.ServerReadyResponse;
import dev.unmask.task.Caller;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.ExecutorService;

/// The protocol over gRPC: what is asked about the server and its models, and inference. A refusal that is thrown here
/// ends the call, see [GrpcExchanges].
@Singleton
public final class GrpcService extends GRPCInferenceServiceImplBase {

    private static final int OK = 200;

    private final Repository repository;
    private final Inference inference;
    private final GrpcExchanges exchanges;
    private final ExecutorService workers;

    GrpcService(
            Repository repository,
            Inference inference,
            GrpcExchanges exchanges,
            @Named(TaskExecutors.BLOCKING) ExecutorService workers) {
        this.repository = repository;
        this.inference = inference;
        this.exchanges = exchanges;
        this.workers = workers;
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> caller) {
        answer(
                caller,
                ServerLiveResponse.newBuilder().setLive(repository.isLive()).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> caller) {
        answer(
                caller,
                ServerReadyResponse.newBuilder().setReady(repository.isReady()).build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> caller) {
        boolean isReady = repository.isReady(caller(), request.getName(), request.getVersion());
        answer(caller, ModelReadyResponse.newBuilder().setReady(isReady).build());
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> caller) {
        answer(caller, GrpcTold.of(repository.server()));
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> caller) {
        answer(caller, GrpcTold.of(repository.metadata(caller(), request.getName(), request.getVersion())));
    }

    @Override
    public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> caller) {
        ModelConfig config = repository.config(caller(), request.getName(), request.getVersion());
        answer(
                caller,
                ModelConfigResponse.newBuilder().setConfig(GrpcTold.of(config)).build());
    }

    @Override
    public void modelStatistics(ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> caller) {
        List<ModelStatistics> statistics = repository.statistics(caller(), request.getName(), request.getVersion());
        answer(
                caller,
                ModelStatisticsResponse.newBuilder()
                        .addAllModelStats(statistics.stream().map(GrpcTold::of).toList())
                        .build());
    }

    @Override
    public void repositoryIndex(RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> caller) {
        List<IndexEntry> index = repository.index(caller(), request.getReady());
        answer(
                caller,
                RepositoryIndexResponse.newBuilder()
                        .addAllModels(index.stream().map(GrpcTold::of).toList())
                        .build());
    }

    @Override
    public void repositoryModelLoad(
            RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> caller) {
        repository.load(
                caller(),
                request.getModelName(),
                List.copyOf(request.getParametersMap().keySet()));
        answer(caller, RepositoryModelLoadResponse.getDefaultInstance());
    }

    @Override
    public void repositoryModelUnload(
            RepositoryModelUnloadRequest request, StreamObserver<RepositoryModelUnloadResponse> caller) {
        repository.unload(caller(), request.getModelName());
        answer(caller, RepositoryModelUnloadResponse.getDefaultInstance());
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> caller) {
        GrpcExchanges.current().received();
        answer(caller, infer(request, GrpcExchanges.current()));
    }

    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(StreamObserver<ModelStreamInferResponse> caller) {
        ServerCallStreamObserver<ModelStreamInferResponse> ready =
                (ServerCallStreamObserver<ModelStreamInferResponse>) caller;
        Exchange first = GrpcExchanges.current();
        GrpcStream stream = new GrpcStream(ready, () -> exchanges.next(first), this::streamed, workers);
        exchanges.opened(stream);
        ready.setOnCloseHandler(() -> exchanges.closed(stream));
        ready.setOnCancelHandler(() -> exchanges.closed(stream)); // what is in work sees it by itself
        return stream;
    }

    private ModelInferResponse infer(ModelInferRequest request, Exchange exchange) {
        exchanges.take(exchange, request.getSerializedSize());
        InferRequest asked = GrpcBody.read(request);
        return GrpcBody.tell(inference.infer(asked, exchange), asked);
    }

    /// The answer to one request of a stream, or its refusal, which is about that request alone.
    private ModelStreamInferResponse streamed(ModelInferRequest request, Exchange exchange) {
        ModelStreamInferResponse.Builder answer = ModelStreamInferResponse.newBuilder();
        int status = OK;
        try {
            answer.setInferResponse(infer(request, exchange));
        } catch (RuntimeException e) {
            UnmaskException refusal = GrpcErrors.refusal(exchange, e);
            status = Problems.status(refusal.fault()).getCode();
            answer.setErrorMessage(refusal.getMessage())
                    .setInferResponse(ModelInferResponse.newBuilder().setId(request.getId()));
        }
        ModelStreamInferResponse whole = answer.build();
        exchanges.end(exchange, status, whole.getSerializedSize());
        return whole;
    }

    @Override
    public void systemSharedMemoryStatus(
            OpenInference.Unsupported request, StreamObserver<OpenInference.Unsupported> caller) {
        throw Unsupported.SHARED_MEMORY.refusal();
    }

    @Override
    public void systemSharedMemoryRegister(
            OpenInference.Unsupported request, StreamObserver<OpenInference.Unsupported> caller) {
        throw Unsupported.SHARED_MEMORY.refusal();
    }

    @Override
    public void systemSharedMemoryUnregister(
            OpenInference.Unsupported request, StreamObserver<OpenInference.Unsupported> caller) {
        throw Unsupported.SHARED_MEMORY.refusal();
    }

    @Override
    public void cudaSharedMemoryStatus(
            OpenInference.Unsupported request, StreamObserver<OpenInference.Unsupported> caller) {
        throw Unsupported.SHARED_MEMORY.refusal();
    }

    @Override
    public void cudaSharedMemoryRegister(
            OpenInference.Unsupported request, StreamObserver<OpenInference.Unsupported> caller) {
        throw Unsupported.SHARED_MEMORY.refusal();
    }

    @Override
    public void cudaSharedMemoryUnregister(
            OpenInference.Unsupported request, StreamObserver<OpenInference.Unsupported> caller) {
        throw Unsupported.SHARED_MEMORY.refusal();
    }

    @Override
    public void traceSetting(OpenInference.Unsupported request, StreamObserver<OpenInference.Unsupported> caller) {
        throw Unsupported.TRACE.refusal();
    }

    @Override
    public void logSettings(OpenInference.Unsupported request, StreamObserver<OpenInference.Unsupported> caller) {
        throw Unsupported.LOGGING.refusal();
    }

    private static Caller caller() {
        return GrpcExchanges.current().caller();
    }

    private static <A> void answer(StreamObserver<A> caller, A answer) {
        caller.onNext(answer);
        caller.onCompleted();
    }
}
