package io.crij.server.nri;

import io.crij.sandbox.CgroupPlaces;
import io.crij.sandbox.ContainerResources;
import io.crij.sandbox.PodNetwork;
import io.crij.sandbox.PodRecord;
import io.crij.server.cri.Resources;
import io.crij.server.nri.proto.LinuxNamespace;
import io.crij.server.nri.proto.LinuxPodSandbox;
import io.crij.server.nri.proto.LinuxResources;
import io.crij.server.nri.proto.PodSandbox;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A pod as plugins see it.
final class PodMessage {
    private PodMessage() {}

    static PodSandbox of(PodRecord pod) {
        return of(pod, pod.pausePid().orElse(0));
    }

    /// @param pausePid zero when there is none
    static PodSandbox of(PodRecord pod, int pausePid) {
        var config = pod.config();
        return PodSandbox.newBuilder()
                .setId(pod.id())
                .setName(config.metadata().name())
                .setUid(config.metadata().uid())
                .setNamespace(config.metadata().namespace())
                .putAllLabels(config.labels())
                .putAllAnnotations(config.annotations())
                .setRuntimeHandler(pod.handler())
                .setPid(pausePid)
                .addAllIps(pod.network().ips())
                .setLinux(linux(pod))
                .build();
    }

    private static LinuxPodSandbox linux(PodRecord pod) {
        var paths = pod.paths();
        var linux = LinuxPodSandbox.newBuilder()
                .setPodOverhead(sum(pod.config().overhead()))
                .setPodResources(sum(pod.config().resources()))
                .setCgroupParent(pod.cgroupParent())
                .setCgroupsPath(CgroupPlaces.cgroupsPath(pod.cgroup()))
                .setResources(sum(pod.config().resources()));
        namespace(linux, "network", network(pod));
        namespace(linux, "ipc", paths.ipc());
        namespace(linux, "uts", paths.uts());
        namespace(linux, "user", paths.user());
        namespace(linux, "pid", paths.pid());
        return linux.build();
    }

    private static @Nullable Path network(PodRecord pod) {
        return switch (pod.network()) {
            case PodNetwork.Pending pending -> pending.namespace();
            case PodNetwork.Attached attached -> attached.namespace();
            case PodNetwork.Host _, PodNetwork.Released _ -> null;
        };
    }

    private static void namespace(LinuxPodSandbox.Builder linux, String type, @Nullable Path path) {
        if (path != null) {
            linux.addNamespaces(LinuxNamespace.newBuilder().setType(type).setPath(path.toString()));
        }
    }

    private static LinuxResources sum(@Nullable ContainerResources resources) {
        return resources == null ? LinuxResources.getDefaultInstance() : LimitMessages.of(Resources.message(resources));
    }
}
