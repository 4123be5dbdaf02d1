package io.crij.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Manifests and configurations by digest: `blobs/sha256/<hex>`. Layers are not kept packed.
final class Blobs {
    private final Path folder;

    Blobs(Path root) {
        this.folder = root.resolve("blobs");
    }

    private Path file(Digest digest) {
        return folder.resolve(digest.algorithm()).resolve(digest.hex());
    }

    void put(Digest digest, byte[] bytes) throws IOException {
        Path file = file(digest);
        if (!Files.exists(file)) {
            Files.createDirectories(folder.resolve(digest.algorithm()));
            StoreFiles.write(file, bytes, false);
        }
    }

    /// The bytes, verified.
    byte[] read(Digest digest) throws IOException {
        byte[] bytes = Files.readAllBytes(file(digest));
        if (!digest.matches(digest.hasher().digest(bytes))) {
            throw new IOException("the file of " + digest + " has other content");
        }
        return bytes;
    }

    /// Removes everything but these; also what a killed process left half written.
    void keepOnly(Set<Digest> wanted) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.filter(Files::isRegularFile).toList();
        }
        for (Path file : all) {
            if (wanted.stream().noneMatch(it -> file(it).equals(file))) {
                Files.deleteIfExists(file);
            }
        }
    }

    void remove(Digest digest) throws IOException {
        Files.deleteIfExists(file(digest));
    }
}
