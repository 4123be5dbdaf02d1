package io.crij.server.rpc;

import io.crij.admin.v1.LoadedImage;
import io.crij.admin.v1.Progress;
import io.crij.image.Image;
import io.crij.image.LayerProgress;
import io.crij.image.PullListener;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.TreeMap;

/// Tells a client how far the layers of an image are, at most some times a second. The lock guards all fields and the
/// stream, which takes one message at a time.
final class ProgressStream implements PullListener {
    private static final long PAUSE = 100_000_000L;

    private final StreamObserver<Progress> client;
    private final TreeMap<Integer, LayerProgress> layers = new TreeMap<>();
    private long lastSent;

    ProgressStream(StreamObserver<Progress> client) {
        this.client = client;
    }

    synchronized void phase(String phase) {
        client.onNext(Progress.newBuilder().setPhase(phase).build());
    }

    @Override
    public synchronized void progress(LayerProgress progress) {
        layers.put(progress.index(), progress);
        long now = System.nanoTime();
        if (now - lastSent > PAUSE) {
            lastSent = now;
            client.onNext(message().build());
        }
    }

    /// The last message.
    synchronized void done(Collection<Image> images) {
        var message = message().setPhase("done");
        for (var image : images) {
            message.addImages(
                    LoadedImage.newBuilder().setId(image.id().toString()).addAllReferences(image.repoTags()));
        }
        client.onNext(message.build());
    }

    private Progress.Builder message() {
        var message = Progress.newBuilder().setPhase("fetching");
        for (var layer : layers.values()) {
            message.addLayers(io.crij.admin.v1.LayerProgress.newBuilder()
                    .setDigest(layer.digest().toString())
                    .setDone(layer.bytes())
                    .setTotal(layer.total())
                    .setReady(layer.state() != LayerProgress.State.FETCHING));
        }
        return message;
    }
}
