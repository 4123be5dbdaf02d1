package io.crij.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files of a pod that its containers mount: hostname, resolv.conf, hosts, and the folder for `/dev/shm`.
final class PodFiles {
    private static final Path HOST_RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final Path HOST_HOSTS = Path.of("/etc/hosts");
    private static final Path HOST_SHM = Path.of("/dev/shm");

    private final Layout layout;
    private final PodMounts mounts;
    private final long shmSize;

    PodFiles(Layout layout, PodMounts mounts, long shmSize) {
        this.layout = layout;
        this.shmSize = shmSize;
        this.mounts = mounts;
    }

    /// The host's name.
    static String hostname() throws SandboxException.StorageFailed {
        Path file = Path.of("/proc/sys/kernel/hostname");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("read the host's name from", file, e);
        }
    }

    /// Where they are, before they are there.
    PodPaths paths(String id, PodConfig config, Path logDirectory) {
        var dir = layout.pod(id);
        var shm = config.namespaces().ipc() == NamespaceMode.NODE ? HOST_SHM : dir.resolve("shm");
        return new PodPaths(
                null,
                null,
                null,
                null,
                null,
                dir.resolve("hostname"),
                dir.resolve("resolv.conf"),
                dir.resolve("hosts"),
                shm,
                logDirectory);
    }

    /// Makes all but the hosts file, which needs the addresses.
    void write(PodRecord pod) throws SandboxException.StorageFailed {
        var config = pod.config();
        try {
            Files.createDirectories(layout.pod(pod.id()));
            write(pod, pod.paths().hostname(), pod.hostname() + "\n");
            write(pod, pod.paths().resolvConf(), resolvConf(config.dns()));
            if (config.namespaces().ipc() == NamespaceMode.POD) {
                mounts.shm(
                        pod.paths().shm(),
                        shmSize,
                        root(config.namespaces().uidMappings()),
                        root(config.namespaces().gidMappings()));
            }
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("make the files of the pod in", layout.pod(pod.id()), e);
        }
    }

    /// Makes the hosts file for containers that bring none: the host's on its network, else the pod's own addresses.
    void writeHosts(PodRecord pod) throws SandboxException.StorageFailed {
        try {
            var text = pod.config().namespaces().network() == NamespaceMode.NODE
                    ? readIfThere(HOST_HOSTS)
                    : hosts(pod.hostname(), pod.network().ips());
            write(pod, pod.paths().hosts(), text);
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("write", pod.paths().hosts(), e);
        }
    }

    /// Makes the log folder.
    ///
    /// @return the folder made, null when it was there
    static @Nullable Path makeLogDirectory(Path directory) throws SandboxException.StorageFailed {
        try {
            if (Files.isDirectory(directory)) {
                return null;
            }
            Files.createDirectories(directory);
            return directory;
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("make the log directory", directory, e);
        }
    }

    /// Removes everything; not there is no error.
    void remove(String id) throws IOException {
        mounts.removeShm(layout.pod(id).resolve("shm"));
        try {
            Files.walkFileTree(layout.pod(id), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure) throws IOException {
                    Files.delete(dir);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException _) {
            // gone
        }
    }

    private static void write(PodRecord pod, Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        var modes = pod.config().namespaces();
        if (modes.userNamespace()) {
            Files.setAttribute(file, "unix:uid", (int) root(modes.uidMappings()));
            Files.setAttribute(file, "unix:gid", (int) root(modes.gidMappings()));
        }
    }

    /// Host id of the pod's root.
    private static long root(List<IdMapping> mappings) {
        return mappings.isEmpty() ? 0 : mappings.getFirst().hostId();
    }

    private static String resolvConf(DnsConfig dns) throws IOException {
        if (dns.isEmpty()) {
            return readIfThere(HOST_RESOLV_CONF);
        }
        var text = new StringBuilder();
        if (!dns.searches().isEmpty()) {
            text.append("search ").append(String.join(" ", dns.searches())).append('\n');
        }
        dns.servers()
                .forEach(server -> text.append("nameserver ").append(server).append('\n'));
        if (!dns.options().isEmpty()) {
            text.append("options ").append(String.join(" ", dns.options())).append('\n');
        }
        return text.toString();
    }

    private static String hosts(String hostname, List<String> addresses) {
        var text = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        addresses.forEach(
                address -> text.append(address).append('\t').append(hostname).append('\n'));
        return text.toString();
    }

    private static String readIfThere(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException _) {
            return "";
        }
    }
}
