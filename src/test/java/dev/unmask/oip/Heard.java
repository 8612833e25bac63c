package dev.unmask.oip;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.LinkedBlockingQueue;

/// What a caller of gRPC hears: answers, and how the call ended.
public final class Heard<T> implements StreamObserver<T> {

    public final LinkedBlockingQueue<T> answers = new LinkedBlockingQueue<>();
    public final LinkedBlockingQueue<Status> end = new LinkedBlockingQueue<>();

    @Override
    public void onNext(T answer) {
        answers.add(answer);
    }

    @Override
    public void onError(Throwable failure) {
        end.add(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end.add(Status.OK);
    }
}
