package io.crij.image;

import io.crij.image.Content.RawManifest;
import io.crij.image.Document.Index;
import io.crij.image.Document.Manifest;
import io.crij.image.LayerProgress.State;
import io.crij.image.layer.LayerPipeline;
import io.crij.image.layer.UnpackedLayer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Brings one image from a [Content] into the store: manifest for this machine, configuration, missing layers side
/// by
/// side, and at last the record. Until the record is written nothing refers to what has been fetched, and a failure
/// removes it.
///
/// For one use by one thread, on which everything but the layers runs; interrupting it cancels.
final class Pull {
    private static final int MOST_CONFIG = 8 << 20;
    private static final int MOST_LAYERS = 500;
    private static final int DEEPEST_INDEX = 3;

    private final ImageSettings settings;
    private final Layers layers;
    private final Blobs blobs;
    private final Records records;
    private final Content content;
    private final PullListener listener;

    Pull(ImageSettings settings, Layers layers, Blobs blobs, Records records, Content content, PullListener listener) {
        this.settings = settings;
        this.layers = layers;
        this.blobs = blobs;
        this.records = records;
        this.content = content;
        this.listener = listener;
    }

    private record Chosen(RawManifest raw, Manifest manifest) {}

    private record Staged(Path stage, UnpackedLayer unpacked) {}

    /// @param named makes the image's names from the digest of what the source's name points to
    ImageRecord run(Names named) throws ImageException, InterruptedException {
        RawManifest root = content.root();
        Chosen chosen = choose(root, "the manifest of " + content.name(), 0);
        byte[] configBytes = config(chosen.manifest().config());
        String configName = "the configuration of " + content.name();
        ConfigFile config = ConfigFile.parse(configBytes, configName);
        check(chosen.manifest(), config, configName);
        List<LayerKey> keys = LayerKey.of(config.diffIds());
        List<Layer> held = new ArrayList<>();
        try {
            fetch(chosen.manifest().layers(), keys, held);
            return record(named, root, chosen, configBytes, config, held);
        } catch (IOException e) {
            throw StoreFiles.failed(settings.root(), "store " + content.name(), e);
        } finally {
            layers.release(held.stream().map(Layer::key).toList());
        }
    }

    /// The names of an image that has been pulled.
    interface Names {
        List<String> tags();

        List<String> digests(Digest root);
    }

    private Chosen choose(RawManifest raw, String what, int depth) throws ImageException, InterruptedException {
        return switch (Document.parse(raw, what)) {
            case Manifest manifest -> new Chosen(raw, manifest);
            case Index index
            when depth >= DEEPEST_INDEX ->
                throw new ImageException.InvalidManifest(what, "its indexes are nested too deeply");
            case Index index -> {
                Descriptor match = match(index, what);
                yield choose(
                        content.manifest(match), "manifest " + match.digest() + " of " + content.name(), depth + 1);
            }
        };
    }

    private Descriptor match(Index index, String what) throws ImageException {
        for (Platform wanted : settings.platform().runnable()) {
            for (Descriptor manifest : index.manifests()) {
                if (manifest.target().filter(wanted::equals).isPresent()) {
                    return manifest;
                }
            }
        }
        // without a platform it can only be found out from the configuration
        List<Descriptor> untold =
                index.manifests().stream().filter(it -> it.target().isEmpty()).toList();
        if (untold.size() == 1 && index.manifests().size() == 1) {
            return untold.getFirst();
        }
        throw new ImageException.NoMatchingPlatform(
                what,
                settings.platform(),
                index.manifests().stream()
                        .flatMap(it -> it.target().stream())
                        .filter(it -> !it.os().equals("unknown"))
                        .distinct()
                        .toList());
    }

    private byte[] config(Descriptor descriptor) throws ImageException, InterruptedException {
        String what = "the configuration of " + content.name();
        MediaTypes.checkConfig(descriptor.mediaType(), what);
        if (descriptor.size() > MOST_CONFIG) {
            throw new ImageException.InvalidManifest(what, "it is larger than " + MOST_CONFIG + " bytes");
        }
        try (InputStream in = content.blob(descriptor)) {
            byte[] bytes = in.readNBytes((int) descriptor.size() + 1);
            Digest actual = Digest.finished(
                    descriptor.digest().algorithm(),
                    descriptor.digest().hasher().digest(bytes));
            if (!actual.equals(descriptor.digest())) {
                throw new ImageException.DigestMismatch(what, descriptor.digest(), actual);
            }
            return bytes;
        } catch (ImageStreamException e) {
            throw e.image();
        } catch (IOException e) {
            throw new ImageException.RegistryUnavailable(
                    content.name(), "tried to fetch " + what + " but " + e.getMessage() + ": try again", e);
        }
    }

    private void check(Manifest manifest, ConfigFile config, String configName) throws ImageException {
        if (manifest.layers().size() != config.diffIds().size()) {
            throw new ImageException.InvalidManifest(
                    configName,
                    "it names " + config.diffIds().size() + " layers, the manifest "
                            + manifest.layers().size());
        }
        if (manifest.layers().size() > MOST_LAYERS) {
            throw new ImageException.InvalidManifest(
                    "the manifest of " + content.name(),
                    "it has " + manifest.layers().size() + " layers, overlayfs takes " + MOST_LAYERS);
        }
        Platform made = config.config().platform();
        if (!settings.platform().runnable().contains(made)
                && !made.architecture().isEmpty()) {
            throw new ImageException.NoMatchingPlatform(content.name(), settings.platform(), List.of(made));
        }
        for (Descriptor layer : manifest.layers()) {
            MediaTypes.checkLayer(layer.mediaType(), "layer " + layer.digest() + " of " + content.name());
        }
    }

    /// Fills `held` with the layers, bottom first, each once. What is held when this fails is in it too.
    private void fetch(List<Descriptor> descriptors, List<LayerKey> keys, List<Layer> held)
            throws ImageException, InterruptedException, IOException {
        Map<Integer, Layer> present = new HashMap<>();
        Set<Digest> seen = new HashSet<>();
        List<Integer> missing = new ArrayList<>();
        List<Integer> wanted = new ArrayList<>();
        // a layer that comes twice counts where it is higher: overlayfs refuses to have a folder twice
        for (int i = keys.size() - 1; i >= 0; i--) {
            if (!seen.add(keys.get(i).diffId())) {
                continue;
            }
            wanted.addFirst(i);
            Optional<Layer> layer = layers.hold(keys.get(i));
            if (layer.isPresent()) {
                held.add(layer.get());
                present.put(i, layer.get());
                Descriptor descriptor = descriptors.get(i);
                listener.progress(new LayerProgress(
                        i, keys.size(), descriptor.digest(), descriptor.size(), descriptor.size(), State.PRESENT));
            } else {
                missing.add(i);
            }
        }
        Map<Integer, Staged> staged = new HashMap<>();
        try {
            unpackAll(descriptors, keys, missing, staged);
            settle(keys, wanted, present, staged, held);
        } finally {
            staged.values().forEach(it -> layers.deleteLater(it.stage()));
        }
        held.clear();
        wanted.forEach(i -> held.add(java.util.Objects.requireNonNull(present.get(i))));
    }

    private void unpackAll(
            List<Descriptor> descriptors, List<LayerKey> keys, List<Integer> missing, Map<Integer, Staged> staged)
            throws ImageException, InterruptedException {
        if (missing.isEmpty()) {
            return;
        }
        // the largest first, so that no long one is left alone at the end
        List<Integer> order = missing.stream()
                .sorted(Comparator.comparingLong(
                                (Integer i) -> descriptors.get(i).size())
                        .reversed())
                .toList();
        int threads = Math.min(settings.parallelLayers(), missing.size());
        ExecutorService workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("layer-unpack-", 0).factory());
        var tasks = new ExecutorCompletionService<Void>(workers);
        try {
            for (int i : order) {
                tasks.submit(() -> {
                    unpack(i, descriptors.get(i), keys, staged);
                    return null;
                });
            }
            for (int done = 0; done < order.size(); done++) {
                tasks.take().get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case ImageException image -> throw image;
                case IOException io -> throw StoreFiles.failed(settings.root(), "unpack " + content.name(), io);
                case null, default -> throw new IllegalStateException("unpacking a layer failed", e.getCause());
            }
        } finally {
            workers.shutdownNow();
            if (staged.size() < missing.size()) {
                content.close(); // wakes the threads that wait for bytes
            }
            awaitUninterruptibly(workers);
        }
    }

    private void unpack(int index, Descriptor descriptor, List<LayerKey> keys, Map<Integer, Staged> staged)
            throws ImageException, InterruptedException, IOException {
        Path stage = layers.stage();
        try {
            Throttle throttle = new Throttle();
            LayerPipeline pipeline = new LayerPipeline(
                    descriptor.digest(), descriptor.size(), keys.get(index).diffId(), layers.umask());
            UnpackedLayer unpacked = pipeline.unpack(content.blob(descriptor), stage.resolve("fs"), bytes -> {
                if (throttle.due()) {
                    listener.progress(progress(index, descriptor, keys.size(), bytes, State.FETCHING));
                }
            });
            listener.progress(progress(index, descriptor, keys.size(), descriptor.size(), State.DONE));
            synchronized (staged) {
                staged.put(index, new Staged(stage, unpacked));
            }
        } catch (Throwable e) {
            layers.deleteLater(stage);
            throw e;
        }
    }

    private static LayerProgress progress(int index, Descriptor layer, int count, long bytes, State state) {
        return new LayerProgress(index, count, layer.digest(), bytes, layer.size(), state);
    }

    /// Makes the layers visible from the bottom up: one that leaves folders out needs those below it.
    private void settle(
            List<LayerKey> keys,
            List<Integer> wanted,
            Map<Integer, Layer> present,
            Map<Integer, Staged> staged,
            List<Layer> held)
            throws IOException {
        List<Path> below = new ArrayList<>();
        for (int i : wanted) {
            Staged fetched = staged.get(i);
            if (fetched != null) {
                List<String> implicit = fetched.unpacked().implicit();
                ImplicitFolders.settle(fetched.stage().resolve("fs"), implicit, below);
                String key =
                        implicit.isEmpty() ? keys.get(i).alone() : keys.get(i).chain();
                Layer layer = layers.commit(fetched.stage(), key, fetched.unpacked());
                staged.remove(i);
                held.add(layer);
                present.put(i, layer);
            }
            below.addFirst(java.util.Objects.requireNonNull(present.get(i)).folder());
        }
    }

    private ImageRecord record(
            Names named, RawManifest root, Chosen chosen, byte[] configBytes, ConfigFile config, List<Layer> held)
            throws IOException {
        Digest id = chosen.manifest().config().digest();
        blobs.put(id, configBytes);
        blobs.put(chosen.raw().digest(), chosen.raw().bytes());
        long size = configBytes.length
                + chosen.raw().bytes().length
                + held.stream().mapToLong(Layer::bytes).sum();
        return records.put(
                new ImageRecord(
                        ImageRecord.VERSION,
                        id,
                        named.tags(),
                        named.digests(root.digest()),
                        List.of(chosen.raw().digest()),
                        held.stream().map(Layer::key).toList(),
                        config.diffIds(),
                        size,
                        Instant.now().toEpochMilli(),
                        null),
                config);
    }

    private static void awaitUninterruptibly(ExecutorService workers) {
        workers.close(); // waits; an interrupt while it waits is kept
    }
}
