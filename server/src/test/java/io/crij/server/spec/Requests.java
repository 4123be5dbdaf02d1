package io.crij.server.spec;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ContainerMetadata;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.LinuxContainerConfig;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.image.Digest;
import io.crij.image.Image;
import io.crij.image.ImageConfig;
import io.crij.image.OverlayLayers;
import io.crij.image.Platform;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.DnsConfig;
import io.crij.sandbox.IdMapping;
import io.crij.sandbox.NamespaceMode;
import io.crij.sandbox.PodConfig;
import io.crij.sandbox.PodMetadata;
import io.crij.sandbox.PodNamespaceModes;
import io.crij.sandbox.PodNetwork;
import io.crij.sandbox.PodPaths;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.PodSecurity;
import io.crij.sandbox.PodState;
import io.crij.sandbox.SandboxException;
import io.crij.server.config.Config;
import io.crij.server.handlers.FoundHandler;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Requests to make specifications from: a plain pod and container, changed by each test where it matters.
final class Requests {
    static final FoundHandler BUILT_IN =
            new FoundHandler("crij", Config.Handler.DEFAULT, Optional.empty(), "", "", true, true);
    static final HostFeatures HOST = new HostFeatures(true, true, true, true, false, false);
    static final HostFeatures OLD_HOST = new HostFeatures(false, false, false, false, false, false);
    static final ProcessUser ROOT = new ProcessUser(0, 0, List.of(), "/root", true);
    static final Image IMAGE = new Image(
            Digest.of(new byte[0]),
            List.of("docker.io/library/busybox:latest"),
            List.of(),
            100,
            List.of(),
            new ImageConfig(
                    "",
                    List.of("PATH=/bin", "FROM_IMAGE=1"),
                    List.of("/entry"),
                    List.of("default", "args"),
                    "/work",
                    Set.of(),
                    Set.of(),
                    Map.of(),
                    "",
                    new Platform("linux", "amd64", ""),
                    Optional.empty()),
            Instant.EPOCH,
            false,
            Map.of());

    private Requests() {}

    static Spec spec(ContainerConfig request) throws SandboxException {
        return new ContainerSpec().make(wanted(request));
    }

    static Wanted wanted(ContainerConfig request) {
        return wanted(request, pod(PodNamespaceModes.ofPod()), HOST);
    }

    /// The same, by that handler.
    static Wanted by(Wanted wanted, FoundHandler handler) {
        return new Wanted(
                wanted.id(),
                wanted.pod(),
                wanted.config(),
                wanted.image(),
                wanted.user(),
                wanted.targetPid(),
                wanted.imageVolumes(),
                wanted.settings(),
                wanted.host(),
                handler);
    }

    static Wanted wanted(ContainerConfig request, PodRecord pod, HostFeatures host) {
        return new Wanted(
                "c0ffee", pod, request, IMAGE, ROOT, OptionalInt.empty(), Map.of(), Config.DEFAULT, host, BUILT_IN);
    }

    static Wanted withVolumes(ContainerConfig request, Map<String, OverlayLayers> volumes) {
        return new Wanted(
                "c0ffee",
                pod(PodNamespaceModes.ofPod()),
                request,
                IMAGE,
                ROOT,
                OptionalInt.empty(),
                volumes,
                Config.DEFAULT,
                HOST,
                BUILT_IN);
    }

    static ContainerConfig plain(Consumer<ContainerConfig.Builder> change) {
        var config = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName("web"))
                .setImage(ImageSpec.newBuilder().setImage("busybox"));
        change.accept(config);
        return config.build();
    }

    static ContainerConfig secured(Consumer<LinuxContainerSecurityContext.Builder> change) {
        var security = LinuxContainerSecurityContext.newBuilder();
        change.accept(security);
        return plain(config -> config.setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security)));
    }

    static ContainerConfig limited(Consumer<LinuxContainerResources.Builder> change) {
        var resources = LinuxContainerResources.newBuilder();
        change.accept(resources);
        return plain(config -> config.setLinux(LinuxContainerConfig.newBuilder().setResources(resources)));
    }

    static PodNamespaceModes modes(NamespaceMode network, NamespaceMode pid, NamespaceMode ipc, boolean user) {
        var mapping = List.of(new IdMapping(100_000, 0, 65_536));
        return new PodNamespaceModes(
                network,
                pid,
                ipc,
                "",
                user ? NamespaceMode.POD : NamespaceMode.NODE,
                user ? mapping : List.of(),
                user ? mapping : List.of());
    }

    /// A pod that may have privileged containers.
    static PodRecord privilegedPod() {
        return pod(PodNamespaceModes.ofPod(), new PodSecurity(true, null, null, List.of(), false, null, null, null));
    }

    static PodRecord pod(PodNamespaceModes modes) {
        return pod(modes, PodSecurity.none());
    }

    private static PodRecord pod(PodNamespaceModes modes, PodSecurity security) {
        return new PodRecord(
                PodRecord.VERSION,
                "p0d",
                new PodConfig(
                        new PodMetadata("web", "uid-1", "default", 0),
                        "web",
                        "/var/log/pods/web",
                        DnsConfig.ofHost(),
                        List.of(),
                        Map.of(),
                        Map.of(),
                        "/kubepods/pod1",
                        Map.of(),
                        modes,
                        security,
                        null,
                        null),
                "",
                Instant.EPOCH,
                "web-0",
                "/kubepods/pod1",
                paths(modes),
                new PodState.Ready(42),
                new PodNetwork.Host(),
                false);
    }

    private static PodPaths paths(PodNamespaceModes modes) {
        var ns = Path.of("/run/crij/ns/p0d");
        var files = Path.of("/run/crij/pods/p0d");
        return new PodPaths(
                modes.network() == NamespaceMode.NODE ? null : Path.of("/run/netns/crij-p0d"),
                modes.ipc() == NamespaceMode.NODE ? null : ns.resolve("ipc"),
                ns.resolve("uts"),
                modes.userNamespace() ? ns.resolve("user") : null,
                pid(modes),
                files.resolve("hostname"),
                files.resolve("resolv.conf"),
                files.resolve("hosts"),
                files.resolve("shm"),
                Path.of("/var/log/pods/web"));
    }

    private static @Nullable Path pid(PodNamespaceModes modes) {
        return modes.pid() == NamespaceMode.POD ? Path.of("/proc/42/ns/pid") : null;
    }
}
