package io.crij.e2e;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An image that is too large for the heap: its layers are files.
///
/// @param reference `name:tag` without a registry
/// @param compression gzip or zstd
/// @param packed layers as they are pushed, bottom first
/// @param diffIds digests of the layers before they were packed
public record PackedImage(String reference, String compression, List<Path> packed, List<String> diffIds) {
    private static final long LARGEST_FILE = 24 << 20;

    /// Spreads the regular files below a folder over several tars, in the order of the hash of their names: an even mix
    /// of kinds and sizes, the same every time.
    ///
    /// @param bytes that all tars hold together, about
    public static List<Path> tarsOf(Path folder, long bytes, int layers, Path scratch) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        try (var all = Files.walk(folder)) {
            all.filter(it -> Files.isRegularFile(it, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .forEach(it -> files.put(digest(it.toString().getBytes(StandardCharsets.UTF_8)), it));
        }
        List<Path> tars = new ArrayList<>();
        var left = files.values().iterator();
        for (int layer = 0; layer < layers; layer++) {
            var list = new StringBuilder();
            for (long size = 0; size < bytes / layers && left.hasNext(); ) {
                Path file = left.next();
                long length = Files.size(file);
                if (length > 0 && length <= LARGEST_FILE) {
                    list.append(file).append('\n');
                    size += length;
                }
            }
            Path names = scratch.resolve("names");
            Files.writeString(names, list);
            Path tar = scratch.resolve("layer" + layer + ".tar");
            Shell.must("tar", "-cf", tar.toString(), "--verbatim-files-from", "-T", names.toString());
            tars.add(tar);
        }
        return tars;
    }

    /// @param compression gzip or zstd, the commands of these names
    public static PackedImage pack(String reference, String compression, List<Path> tars) {
        List<Path> packed = new ArrayList<>();
        List<String> diffIds = new ArrayList<>();
        for (Path tar : tars) {
            var target = Path.of(tar + (compression.equals("gzip") ? ".gz" : ".zst"));
            Shell.must(compression, compression.equals("gzip") ? "-6" : "-3", "-k", "-f", "-q", tar.toString());
            packed.add(target);
            diffIds.add(digestOf(tar));
        }
        return new PackedImage(reference, compression, List.copyOf(packed), List.copyOf(diffIds));
    }

    public long packedBytes() {
        return packed.stream().mapToLong(it -> it.toFile().length()).sum();
    }

    byte[] configuration() {
        var document = JsonNodeFactory.instance.objectNode();
        document.put("architecture", System.getProperty("os.arch").replace("aarch64", "arm64"));
        document.put("os", "linux");
        document.putObject("config");
        var ids = document.putObject("rootfs").put("type", "layers").putArray("diff_ids");
        diffIds.forEach(ids::add);
        return TestImage.bytes(document);
    }

    static String digestOf(Path file) {
        var hash = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            var buffer = new byte[1 << 16];
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                hash.update(buffer, 0, got);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "sha256:" + HexFormat.of().formatHex(hash.digest());
    }

    private static String digest(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
