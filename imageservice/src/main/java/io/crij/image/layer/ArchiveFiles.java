package io.crij.image.layer;

import io.crij.image.layer.TarEntry.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The regular files of a tar archive, brought into a folder under numbers: names of the archive never become
/// names on
/// the disk.
public final class ArchiveFiles {
    private static final int MOST_FILES = 100_000;

    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();

    private ArchiveFiles() {}

    /// @param archive plain, gzip or zstd
    /// @param folder empty
    /// @throws IOException also when it is no tar archive
    public static ArchiveFiles extract(Path archive, Path folder) throws IOException {
        ArchiveFiles found = new ArchiveFiles();
        try (InputStream in = new BufferedInputStream(Decompression.of(Files.newInputStream(archive)), 1 << 16)) {
            TarReader tar = new TarReader(in);
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                found.take(entry, tar, folder);
            }
        }
        return found;
    }

    private void take(TarEntry entry, TarReader tar, Path folder) throws IOException {
        String name = clean(entry.name());
        if (entry.kind() == Kind.HARD_LINK) {
            links.put(name, clean(entry.linkName()));
        } else if (entry.kind() == Kind.SYMLINK) {
            // `docker save` of old versions: a layer that came before, `../<id>/layer.tar`
            links.put(
                    name,
                    clean(Path.of(name)
                            .resolveSibling(entry.linkName())
                            .normalize()
                            .toString()));
        } else if (entry.kind() == Kind.FILE) {
            if (files.size() >= MOST_FILES) {
                throw new TarException("the archive has more than " + MOST_FILES + " files");
            }
            Path file = folder.resolve(Integer.toString(files.size()));
            try (OutputStream out = Files.newOutputStream(file)) {
                copy(tar, out);
            }
            files.put(name, file);
        }
    }

    private static void copy(TarReader tar, OutputStream out) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int got = tar.read(buffer, 0, buffer.length); got >= 0; got = tar.read(buffer, 0, buffer.length)) {
            out.write(buffer, 0, got);
        }
    }

    private static String clean(String name) {
        return name.replaceFirst("^(\\./|/)+", "");
    }

    /// Where a file of the archive lies now, links followed.
    public Optional<Path> find(String name) {
        String at = clean(name);
        for (int i = 0; i < 10 && links.containsKey(at); i++) {
            at = links.getOrDefault(at, at);
        }
        return Optional.ofNullable(files.get(at));
    }
}
