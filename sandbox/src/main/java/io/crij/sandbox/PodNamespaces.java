package io.crij.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pinned namespaces of pods.
final class PodNamespaces {
    private static final List<String> OTHERS = List.of("ipc", "uts", "user");

    private final Layout layout;
    private final PodMounts mounts;

    PodNamespaces(Layout layout, PodMounts mounts) {
        this.layout = layout;
        this.mounts = mounts;
    }

    /// Pins what the pause process of the pod has of its own.
    ///
    /// @return the pod's paths with the namespaces in them
    PodPaths pin(PodRecord pod, int pause) throws SandboxException.StorageFailed {
        var modes = pod.config().namespaces();
        var dir = layout.pins(pod.id());
        try {
            // first: it tells recovery that the pin under the shared folder is ours
            Files.createDirectories(dir);
            Files.createDirectories(layout.netns());
            var net = pin(modes.network() == NamespaceMode.POD, pause, "net", layout.net(pod.id()));
            var ipc = pin(modes.ipc() == NamespaceMode.POD, pause, "ipc", dir.resolve("ipc"));
            var uts = pin(true, pause, "uts", dir.resolve("uts"));
            var user = pin(modes.userNamespace(), pause, "user", dir.resolve("user"));
            // no pin: a pid namespace ends with its first process
            var pid = modes.pid() == NamespaceMode.POD ? Path.of("/proc/" + pause + "/ns/pid") : null;
            var p = pod.paths();
            return new PodPaths(
                    net, ipc, uts, user, pid, p.hostname(), p.resolvConf(), p.hosts(), p.shm(), p.logDirectory());
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("pin the namespaces of pod " + pod.id() + " in", dir, e);
        }
    }

    private @Nullable Path pin(boolean own, int pid, String kind, Path target) throws IOException {
        if (!own) {
            return null;
        }
        mounts.pin(pid, kind, target);
        return target;
    }

    /// Lets all but the network namespace go, which the plugins may still need.
    void unpin(String id) throws IOException {
        for (var kind : OTHERS) {
            mounts.unpin(layout.pins(id).resolve(kind));
        }
        removeFolder(id);
    }

    /// Lets the network namespace go.
    void unpinNetwork(String id) throws IOException {
        mounts.unpin(layout.net(id));
        removeFolder(id);
    }

    /// Once nothing of the pod is pinned any more.
    private void removeFolder(String id) throws IOException {
        if (Files.exists(layout.net(id))) {
            return;
        }
        try {
            Files.deleteIfExists(layout.pins(id));
        } catch (DirectoryNotEmptyException _) {
            // the others are still to go
        }
    }
}
