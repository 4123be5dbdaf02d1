package io.crij.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crij.image.Content.RawManifest;
import io.crij.image.layer.ArchiveFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Images in a file or folder: an OCI layout (image-spec "Image Layout") or what `docker save` and `podman save`
/// write
/// (`manifest.json`).
final class Archive {
    /// An image of the archive.
    ///
    /// @param references that the archive gives it, possibly none
    /// @param fromRegistry whether the manifest is as a registry would have it, so that `name@digest`
    ///     means something
    record Entry(Content content, List<Reference> references, boolean fromRegistry) implements Pull.Names {
        @Override
        public List<String> tags() {
            return references.stream().flatMap(it -> it.repoTag().stream()).toList();
        }

        @Override
        public List<String> digests(Digest root) {
            return fromRegistry
                    ? references.stream()
                            .map(it -> it.repoDigest(root))
                            .distinct()
                            .toList()
                    : List.of();
        }
    }

    @FunctionalInterface
    private interface Finder {
        Optional<Path> find(String name);
    }

    private final Path file;
    private final Finder files;
    private final ImageSettings settings;

    private Archive(Path file, Finder files, ImageSettings settings) {
        this.file = file;
        this.files = files;
        this.settings = settings;
    }

    /// @param scratch empty folder for what a tar holds
    static Archive open(Path file, Path scratch, ImageSettings settings) throws ImageException {
        if (Files.isDirectory(file)) {
            return new Archive(file, name -> Optional.of(file.resolve(name)).filter(Files::isRegularFile), settings);
        }
        try {
            ArchiveFiles extracted = ArchiveFiles.extract(file, scratch);
            return new Archive(file, extracted::find, settings);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new ImageException.InvalidArchive(file, "there is no such file");
        } catch (java.nio.file.FileSystemException e) {
            throw StoreFiles.failed(scratch, "read the archive " + file, e);
        } catch (IOException e) {
            throw new ImageException.InvalidArchive(file, "it cannot be read as a tar archive: " + e.getMessage());
        }
    }

    List<Entry> entries() throws ImageException {
        Optional<Path> index = files.find("index.json");
        Optional<Path> manifest = files.find("manifest.json");
        try {
            if (index.isPresent()) {
                return fromLayout(json(index.get()));
            }
            if (manifest.isPresent()) {
                return fromDocker(json(manifest.get()));
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new ImageException.InvalidArchive(file, "it cannot be understood: " + e.getMessage());
        }
        throw new ImageException.InvalidArchive(
                file, "it has neither index.json (OCI layout) nor manifest.json (docker save)");
    }

    private static JsonNode json(Path path) throws IOException {
        if (Files.size(path) > 8 << 20) {
            throw new IOException(path.getFileName() + " is too large");
        }
        return Document.JSON.readTree(Files.readAllBytes(path));
    }

    private List<Entry> fromLayout(JsonNode index) throws IOException, ImageException {
        Map<Digest, Set<Reference>> names = new HashMap<>();
        Map<Digest, Descriptor> roots = new java.util.LinkedHashMap<>();
        for (JsonNode node : index.path("manifests")) {
            Descriptor descriptor = Document.descriptor(node, "manifests", "the index of " + file);
            boolean ours = descriptor
                    .target()
                    .map(settings.platform().runnable()::contains)
                    .orElse(true);
            if (ours) {
                roots.put(descriptor.digest(), descriptor);
                name(node.path("annotations"))
                        .ifPresent(it -> names.computeIfAbsent(descriptor.digest(), key -> new LinkedHashSet<>())
                                .add(it));
            }
        }
        List<Entry> entries = new ArrayList<>();
        for (Descriptor root : roots.values()) {
            List<Reference> references = List.copyOf(names.getOrDefault(root.digest(), Set.of()));
            entries.add(new Entry(new Layout(root), references, true));
        }
        return entries;
    }

    /// The full name, where a tool wrote one; a tag alone names no image.
    private static Optional<Reference> name(JsonNode annotations) {
        String full = annotations.path("io.containerd.image.name").asText("");
        String ref = annotations.path("org.opencontainers.image.ref.name").asText("");
        String name = full.isEmpty() && (ref.contains("/") || ref.contains(":")) ? ref : full;
        try {
            return name.isEmpty() ? Optional.empty() : Optional.of(Reference.parse(name));
        } catch (ImageException.InvalidReference e) {
            return Optional.empty();
        }
    }

    private Path blob(Digest digest) throws ImageException.InvalidArchive {
        return files.find("blobs/" + digest.algorithm() + "/" + digest.hex())
                .orElseThrow(() -> new ImageException.InvalidArchive(file, "it lacks the blob " + digest));
    }

    private RawManifest manifest(Descriptor descriptor) throws ImageException {
        try {
            Path path = blob(descriptor.digest());
            if (Files.size(path) > 8 << 20) {
                throw new ImageException.InvalidArchive(file, "the manifest " + descriptor.digest() + " is too large");
            }
            byte[] bytes = Files.readAllBytes(path);
            MessageDigest hash = descriptor.digest().hasher();
            Digest actual = Digest.finished(descriptor.digest().algorithm(), hash.digest(bytes));
            if (!actual.equals(descriptor.digest())) {
                throw new ImageException.DigestMismatch("a manifest of " + file, descriptor.digest(), actual);
            }
            return new RawManifest(bytes, descriptor.mediaType(), actual);
        } catch (IOException e) {
            throw StoreFiles.failed(file, "read manifest " + descriptor.digest(), e);
        }
    }

    private InputStream open(Path path) throws ImageException {
        try {
            return Files.newInputStream(path);
        } catch (IOException e) {
            throw StoreFiles.failed(file, "read " + path.getFileName(), e);
        }
    }

    private final class Layout implements Content {
        private final Descriptor root;

        Layout(Descriptor root) {
            this.root = root;
        }

        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public RawManifest root() throws ImageException {
            return Archive.this.manifest(root);
        }

        @Override
        public RawManifest manifest(Descriptor descriptor) throws ImageException {
            return Archive.this.manifest(descriptor);
        }

        @Override
        public InputStream blob(Descriptor descriptor) throws ImageException {
            return open(Archive.this.blob(descriptor.digest()));
        }

        @Override
        public void close() {}
    }

    private List<Entry> fromDocker(JsonNode images) throws IOException, ImageException {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode image : images) {
            List<Reference> references = new ArrayList<>();
            for (JsonNode tag : image.path("RepoTags")) {
                references.add(Reference.parse(tag.asText()));
            }
            Map<Digest, Path> blobs = new HashMap<>();
            ObjectNode manifest = Document.JSON.createObjectNode();
            manifest.put("schemaVersion", 2).put("mediaType", "application/vnd.oci.image.manifest.v1+json");
            manifest.set("config", described(image.path("Config").asText(), blobs));
            ArrayNode layers = manifest.putArray("layers");
            for (JsonNode layer : image.path("Layers")) {
                layers.add(described(layer.asText(), blobs));
            }
            entries.add(new Entry(new Saved(Document.JSON.writeValueAsBytes(manifest), blobs), references, false));
        }
        return entries;
    }

    private ObjectNode described(String name, Map<Digest, Path> blobs) throws IOException, ImageException {
        Path path = files.find(name)
                .orElseThrow(() -> new ImageException.InvalidArchive(file, "it lacks the file " + name));
        Digest digest = hash(path);
        blobs.put(digest, path);
        return Document.JSON.createObjectNode().put("digest", digest.toString()).put("size", Files.size(path));
    }

    private static Digest hash(Path path) throws IOException {
        MessageDigest hash = Digest.of(new byte[0]).hasher();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(path)) {
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                hash.update(buffer, 0, got);
            }
        }
        return Digest.finished("sha256", hash.digest());
    }

    /// An image without a manifest of its own: one is made for it.
    private final class Saved implements Content {
        private final byte[] manifest;
        private final Map<Digest, Path> blobs;

        Saved(byte[] manifest, Map<Digest, Path> blobs) {
            this.manifest = manifest;
            this.blobs = blobs;
        }

        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public RawManifest root() {
            return new RawManifest(manifest, "", Digest.of(manifest));
        }

        @Override
        public RawManifest manifest(Descriptor descriptor) throws ImageException {
            throw new ImageException.InvalidArchive(file, "it has no manifest " + descriptor.digest());
        }

        @Override
        public InputStream blob(Descriptor descriptor) throws ImageException {
            Path path = blobs.get(descriptor.digest());
            if (path == null) {
                throw new ImageException.InvalidArchive(file, "it lacks the blob " + descriptor.digest());
            }
            return open(path);
        }

        @Override
        public void close() {}
    }
}
