package io.crij.image;

import io.crij.image.Content.RawManifest;
import io.crij.image.Document.Index;
import io.crij.image.Document.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;

/// Brings one image from a [Content] into the store: the manifest for this machine, the configuration, the layers that
/// are
/// missing, and at last the record. Until the record is written nothing refers to what has been fetched, and a failure
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

    /// @param named makes the image's names from the digest of what the source's name points to
    ImageRecord run(Names named) throws ImageException, InterruptedException {
        RawManifest root = content.root();
        Chosen chosen = choose(root, "the manifest of " + content.name(), 0);
        byte[] configBytes = config(chosen.manifest().config());
        String configName = "the configuration of " + content.name();
        ConfigFile config = ConfigFile.parse(configBytes, configName);
        check(chosen.manifest(), config, configName);
        List<LayerKey> keys = LayerKey.of(config.diffIds());
        List<Descriptor> descriptors = chosen.manifest().layers();
        try (var fetch = new LayerFetch(settings, layers, content, listener, descriptors, keys)) {
            return record(named, root, chosen, configBytes, config, fetch.run());
        } catch (IOException e) {
            throw StoreFiles.failed(settings.root(), "store " + content.name(), e);
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
                        chosen.manifest().annotations(),
                        null),
                config);
    }
}
