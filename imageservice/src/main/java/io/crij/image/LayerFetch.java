package io.crij.image;

import io.crij.image.LayerProgress.State;
import io.crij.image.layer.LayerPipeline;
import io.crij.image.layer.UnpackedLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Brings the layers of one image into the store, several at a time, and holds them until it is closed. A layer that
/// describes all its folders is there for other pulls as soon as it is whole; one that leaves folders out waits for
/// those
/// below it.
///
/// For one use by one thread; interrupting it cancels. Has threads of its own while it runs, the lock `this` guards
/// what
/// they have brought.
final class LayerFetch implements AutoCloseable {
    private final ImageSettings settings;
    private final Layers layers;
    private final Content content;
    private final PullListener listener;
    private final List<Descriptor> descriptors;
    private final List<LayerKey> keys;
    private final List<Integer> wanted;
    private final Map<Integer, Layer> held = new HashMap<>();
    private final Map<Integer, Staged> staged = new HashMap<>();

    /// A layer whose folders are still to be settled.
    private record Staged(Path stage, UnpackedLayer unpacked) {}

    /// @param descriptors and keys of the same layers, bottom first
    LayerFetch(
            ImageSettings settings,
            Layers layers,
            Content content,
            PullListener listener,
            List<Descriptor> descriptors,
            List<LayerKey> keys) {
        this.settings = settings;
        this.layers = layers;
        this.content = content;
        this.listener = listener;
        this.descriptors = descriptors;
        this.keys = keys;
        this.wanted = distinct(keys);
    }

    /// A layer that comes twice counts where it is higher: overlayfs refuses to have a folder twice.
    private static List<Integer> distinct(List<LayerKey> keys) {
        List<Integer> distinct = new ArrayList<>();
        Set<Digest> seen = new HashSet<>();
        for (int i = keys.size() - 1; i >= 0; i--) {
            if (seen.add(keys.get(i).diffId())) {
                distinct.addFirst(i);
            }
        }
        return List.copyOf(distinct);
    }

    /// All layers, bottom first, each once.
    List<Layer> run() throws ImageException, InterruptedException, IOException {
        List<Integer> missing = wanted.stream().filter(i -> !isPresent(i)).toList();
        if (!missing.isEmpty()) {
            fetchAll(missing);
        }
        return wanted.stream().map(this::held).toList();
    }

    private boolean isPresent(int index) {
        Optional<Layer> layer = layers.hold(keys.get(index));
        layer.ifPresent(it -> {
            hold(index, it);
            tell(index, descriptors.get(index).size(), State.PRESENT);
        });
        return layer.isPresent();
    }

    private synchronized void hold(int index, Layer layer) {
        held.put(index, layer);
    }

    private synchronized Layer held(int index) {
        return Objects.requireNonNull(held.get(index));
    }

    private void tell(int index, long bytes, State state) {
        Descriptor layer = descriptors.get(index);
        listener.progress(new LayerProgress(index, keys.size(), layer.digest(), bytes, layer.size(), state));
    }

    private void fetchAll(List<Integer> missing) throws ImageException, InterruptedException {
        // the largest first, so that no long one is left alone at the end
        List<Integer> order = missing.stream()
                .sorted(Comparator.comparingLong(
                                (Integer i) -> descriptors.get(i).size())
                        .reversed())
                .toList();
        ExecutorService workers = Executors.newFixedThreadPool(
                Math.min(settings.parallelLayers(), missing.size()),
                Thread.ofPlatform().name("layer-unpack-", 0).factory());
        var tasks = new ExecutorCompletionService<Void>(workers);
        boolean whole = false;
        try {
            for (int i : order) {
                tasks.submit(() -> {
                    fetch(i);
                    return null;
                });
            }
            for (int done = 0; done < order.size(); done++) {
                tasks.take().get();
            }
            whole = true;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case ImageException image -> throw image;
                case IOException io -> throw StoreFiles.failed(settings.root(), "unpack " + content.name(), io);
                case null, default -> throw new IllegalStateException("unpacking a layer failed", e.getCause());
            }
        } finally {
            workers.shutdownNow();
            if (!whole) {
                content.close(); // wakes the threads that wait for bytes
            }
            workers.close(); // waits; an interrupt while it waits is kept
        }
    }

    private void fetch(int index) throws ImageException, InterruptedException, IOException {
        // another pull may be at this layer: then it is here when that one is done
        try (var _ = layers.turns().take(keys.get(index).diffId())) {
            if (!isPresent(index)) {
                unpack(index);
            }
            settle();
        }
    }

    private void unpack(int index) throws ImageException, InterruptedException, IOException {
        Descriptor descriptor = descriptors.get(index);
        LayerKey key = keys.get(index);
        Path stage = layers.stage();
        try {
            Throttle throttle = new Throttle();
            LayerPipeline pipeline =
                    new LayerPipeline(descriptor.digest(), descriptor.size(), key.diffId(), layers.umask());
            UnpackedLayer unpacked = pipeline.unpack(content.blob(descriptor), stage.resolve("fs"), bytes -> {
                if (throttle.due()) {
                    tell(index, bytes, State.FETCHING);
                }
            });
            if (unpacked.implicit().isEmpty()) {
                hold(index, layers.commit(stage, key.alone(), unpacked));
            } else {
                stage(index, new Staged(stage, unpacked));
            }
        } catch (Throwable e) {
            layers.deleteLater(stage);
            throw e;
        }
        tell(index, descriptor.size(), State.DONE);
    }

    private synchronized void stage(int index, Staged layer) {
        staged.put(index, layer);
    }

    /// Finishes layers that leave folders out, from the bottom up as far as all below are here.
    private synchronized void settle() throws IOException {
        List<Path> below = new ArrayList<>();
        for (int i : wanted) {
            Staged open = staged.get(i);
            if (open != null) {
                ImplicitFolders.settle(
                        open.stage().resolve("fs"), open.unpacked().implicit(), below);
                held.put(i, layers.commit(open.stage(), keys.get(i).chain(), open.unpacked()));
                staged.remove(i);
            }
            Layer layer = held.get(i);
            if (layer == null) {
                return;
            }
            below.addFirst(layer.folder());
        }
    }

    /// Gives the layers back and removes what is unfinished.
    @Override
    public synchronized void close() {
        staged.values().forEach(it -> layers.deleteLater(it.stage()));
        staged.clear();
        layers.release(held.values().stream().map(Layer::key).toList());
        held.clear();
    }
}
