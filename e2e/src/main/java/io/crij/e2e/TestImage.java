package io.crij.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// An image made by a test: layers as plain tars, and the configuration.
///
/// @param reference `name:tag` without a registry
/// @param layers bottom first
public record TestImage(String reference, List<byte[]> layers, ObjectNode config) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<Path> BUSYBOX = List.of(Path.of("/usr/bin/busybox"), Path.of("/bin/busybox"));
    private static final List<String> APPLETS = List.of(
            "sh",
            "echo",
            "cat",
            "sleep",
            "true",
            "false",
            "ls",
            "id",
            "ps",
            "kill",
            "env",
            "pwd",
            "date",
            "dd",
            "head",
            "hostname",
            "ip",
            "nc",
            "touch",
            "seq",
            "mount",
            "wc",
            "yes",
            "stat");

    /// Debian's static busybox with links to its applets, `/etc/passwd`, and `sh` as its command.
    public static TestImage busybox(String reference) {
        return busybox(reference, "sh");
    }

    /// The same with another command.
    public static TestImage busybox(String reference, String... command) {
        var config = NODES.objectNode();
        config.putArray("Env").add("PATH=/usr/bin:/bin");
        var cmd = config.putArray("Cmd");
        List.of(command).forEach(cmd::add);
        return new TestImage(reference, List.of(busyboxLayer()), config);
    }

    /// The same with another file above.
    public TestImage with(String path, String content) {
        var more = new ArrayList<>(layers);
        more.add(tar(tar -> file(tar, path, content.getBytes(StandardCharsets.UTF_8), 0644)));
        return new TestImage(reference, List.copyOf(more), config);
    }

    /// The same for another user.
    public TestImage withUser(String user) {
        var changed = config.deepCopy();
        changed.put("User", user);
        return new TestImage(reference, layers, changed);
    }

    /// The same under another name.
    public TestImage as(String otherReference) {
        return new TestImage(otherReference, layers, config);
    }

    /// Pushes are content-addressed, so the same image gives the same bytes every time.
    public byte[] configuration() {
        var document = NODES.objectNode();
        document.put("architecture", System.getProperty("os.arch").replace("aarch64", "arm64"));
        document.put("os", "linux");
        document.set("config", config);
        var rootfs = document.putObject("rootfs").put("type", "layers");
        var ids = rootfs.putArray("diff_ids");
        layers.forEach(layer -> ids.add(digest(layer)));
        return bytes(document);
    }

    /// The archive that `docker save` would make.
    public void save(Path file) {
        var entries = new ArrayList<Map.Entry<String, byte[]>>();
        var manifest = NODES.objectNode();
        var configuration = configuration();
        var configName = digest(configuration).substring("sha256:".length()) + ".json";
        entries.add(Map.entry(configName, configuration));
        manifest.put("Config", configName);
        manifest.putArray("RepoTags").add(reference);
        var names = manifest.putArray("Layers");
        for (var layer : layers) {
            var name = digest(layer).substring("sha256:".length()) + "/layer.tar";
            names.add(name);
            entries.add(Map.entry(name, layer));
        }
        entries.add(Map.entry("manifest.json", bytes(NODES.arrayNode().add(manifest))));
        try {
            Files.write(file, tar(tar -> {
                for (var entry : entries) {
                    file(tar, entry.getKey(), entry.getValue(), 0644);
                }
            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static byte[] gzip(byte[] content) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] bytes(Object json) {
        try {
            return MAPPER.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] busyboxLayer() {
        var busybox = BUSYBOX.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("install busybox-static: none of " + BUSYBOX));
        return tar(tar -> {
            for (var folder : List.of("bin/", "etc/", "root/", "usr/", "usr/bin/")) {
                folder(tar, folder, 0755);
            }
            folder(tar, "tmp/", 01777);
            file(tar, "bin/busybox", Files.readAllBytes(busybox), 0755);
            for (var applet : APPLETS) {
                var link = new TarArchiveEntry("bin/" + applet, TarConstants.LF_SYMLINK);
                link.setLinkName("busybox");
                tar.putArchiveEntry(link);
                tar.closeArchiveEntry();
            }
            file(
                    tar,
                    "etc/passwd",
                    "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n".getBytes(StandardCharsets.UTF_8),
                    0644);
            file(tar, "etc/group", "root:x:0:\nuser:x:1000:\n".getBytes(StandardCharsets.UTF_8), 0644);
            file(tar, "not-executable", "no program\n".getBytes(StandardCharsets.UTF_8), 0644);
        });
    }

    private interface Filling {
        void into(TarArchiveOutputStream tar) throws IOException;
    }

    private static byte[] tar(Filling filling) {
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            filling.into(tar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void folder(TarArchiveOutputStream tar, String name, int mode) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setMode(mode);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private static void file(TarArchiveOutputStream tar, String name, byte[] content, int mode) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(mode);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }
}
