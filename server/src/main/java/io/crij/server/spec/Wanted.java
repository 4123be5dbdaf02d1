package io.crij.server.spec;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.image.Image;
import io.crij.image.OverlayLayers;
import io.crij.sandbox.PodRecord;
import io.crij.server.config.Config;
import io.crij.server.handlers.FoundHandler;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// All that a container's specification is made from.
///
/// @param id of the container
/// @param user resolved against the image
/// @param targetPid first process of the container whose pid namespace is joined, in TARGET mode
/// @param runtime the handler of the pod
/// @param imageVolumes folders of each image that is mounted as a volume, by its reference in the request
public record Wanted(
        String id,
        PodRecord pod,
        ContainerConfig config,
        Image image,
        ProcessUser user,
        OptionalInt targetPid,
        Map<String, OverlayLayers> imageVolumes,
        Config settings,
        HostFeatures host,
        FoundHandler runtime) {
    LinuxContainerSecurityContext security() {
        return config.getLinux().getSecurityContext();
    }

    LinuxContainerResources resources() {
        return config.getLinux().getResources();
    }

    boolean privileged() {
        return security().getPrivileged();
    }

    boolean readonlyRootfs() {
        return security().getReadonlyRootfs();
    }

    boolean userNamespace() {
        return pod.config().namespaces().userNamespace();
    }

    Config.Handler handler() {
        return runtime.settings();
    }

    /// Destinations that the request mounts itself, without trailing slashes.
    List<String> mountedByRequest() {
        return config.getMountsList().stream()
                .map(mount -> ContainerPath.clean(mount.getContainerPath()))
                .toList();
    }
}
