package io.crij.server.cri;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ContainerMetadata;
import io.crij.cri.v1.ContainerResources;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ContainerStatus;
import io.crij.cri.v1.ContainerUser;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.LinuxContainerUser;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.MountPropagation;
import io.crij.sandbox.ContainerMount;
import io.crij.sandbox.ContainerRecord;

/// Containers in the words of the schema.
public final class ContainerAnswers {
    private ContainerAnswers() {}

    public static Container item(ContainerRecord container) {
        var config = container.config();
        return Container.newBuilder()
                .setId(container.id())
                .setPodSandboxId(container.podId())
                .setMetadata(metadata(container))
                .setImage(image(container))
                .setImageRef(config.imageRef())
                .setImageId(config.imageId())
                .setState(state(container))
                .setCreatedAt(Times.nanos(container.createdAt()))
                .putAllLabels(config.labels())
                .putAllAnnotations(config.annotations())
                .build();
    }

    public static ContainerStatus status(ContainerRecord container) {
        var config = container.config();
        var status = ContainerStatus.newBuilder()
                .setId(container.id())
                .setMetadata(metadata(container))
                .setState(state(container))
                .setCreatedAt(Times.nanos(container.createdAt()))
                .setImage(image(container))
                .setImageRef(config.imageRef())
                .setImageId(config.imageId())
                .putAllLabels(config.labels())
                .putAllAnnotations(config.annotations())
                .setLogPath(container.logFile().map(Object::toString).orElse(""))
                .setResources(ContainerResources.newBuilder().setLinux(Resources.message(container.resources())))
                .setUser(user(container))
                .setStopSignal(StopSignals.message(config.stopSignal()));
        config.mounts().stream().map(ContainerAnswers::mount).forEach(status::addMounts);
        addLife(status, container);
        return status.build();
    }

    private static void addLife(ContainerStatus.Builder status, ContainerRecord container) {
        switch (container.status()) {
            case io.crij.sandbox.ContainerStatus.Creating _, io.crij.sandbox.ContainerStatus.Created _ -> {}
            case io.crij.sandbox.ContainerStatus.Running running ->
                status.setStartedAt(Times.nanos(running.startedAt()));
            case io.crij.sandbox.ContainerStatus.Exited exited ->
                status.setStartedAt(Times.nanos(exited.startedAt()))
                        .setFinishedAt(Times.nanos(exited.finishedAt()))
                        .setExitCode(exited.code())
                        .setReason(exited.reason())
                        .setMessage(exited.message());
            case io.crij.sandbox.ContainerStatus.Unknown unknown ->
                status.setStartedAt(Times.nanos(unknown.startedAt()))
                        .setReason("Unknown")
                        .setMessage(unknown.message());
        }
    }

    public static ContainerState state(ContainerRecord container) {
        return switch (container.status()) {
            case io.crij.sandbox.ContainerStatus.Creating _, io.crij.sandbox.ContainerStatus.Created _ ->
                ContainerState.CONTAINER_CREATED;
            case io.crij.sandbox.ContainerStatus.Running _ -> ContainerState.CONTAINER_RUNNING;
            case io.crij.sandbox.ContainerStatus.Exited _ -> ContainerState.CONTAINER_EXITED;
            case io.crij.sandbox.ContainerStatus.Unknown _ -> ContainerState.CONTAINER_UNKNOWN;
        };
    }

    public static ContainerMetadata metadata(ContainerRecord container) {
        return ContainerMetadata.newBuilder()
                .setName(container.config().metadata().name())
                .setAttempt(container.config().metadata().attempt())
                .build();
    }

    private static ImageSpec image(ContainerRecord container) {
        return ImageSpec.newBuilder()
                .setImage(container.config().image())
                .putAllAnnotations(container.config().imageAnnotations())
                .setUserSpecifiedImage(container.config().userSpecifiedImage())
                .build();
    }

    private static ContainerUser user(ContainerRecord container) {
        var user = container.config().user();
        return ContainerUser.newBuilder()
                .setLinux(LinuxContainerUser.newBuilder()
                        .setUid(user.uid())
                        .setGid(user.gid())
                        .addAllSupplementalGroups(user.supplementalGroups()))
                .build();
    }

    private static Mount mount(ContainerMount mount) {
        var message = Mount.newBuilder()
                .setContainerPath(mount.containerPath())
                .setHostPath(mount.hostPath())
                .setReadonly(mount.readonly())
                .setSelinuxRelabel(mount.selinuxRelabel())
                .setPropagation(
                        switch (mount.propagation()) {
                            case PRIVATE -> MountPropagation.PROPAGATION_PRIVATE;
                            case HOST_TO_CONTAINER -> MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
                            case BIDIRECTIONAL -> MountPropagation.PROPAGATION_BIDIRECTIONAL;
                        })
                .setRecursiveReadOnly(mount.recursiveReadOnly())
                .setImageSubPath(mount.imageSubPath())
                .addAllMountOptions(mount.options());
        if (!mount.image().isEmpty()) {
            message.setImage(ImageSpec.newBuilder().setImage(mount.image()).setImageRef(mount.volumeImage()));
        }
        mount.uidMappings().stream().map(PodAnswers::mapping).forEach(message::addUidMappings);
        mount.gidMappings().stream().map(PodAnswers::mapping).forEach(message::addGidMappings);
        return message.build();
    }
}
