package io.crij.server.cri;

import com.google.protobuf.CodedOutputStream;
import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.Mount;
import io.crij.image.Digest;
import io.crij.image.Image;
import io.crij.sandbox.ContainerMetadata;
import io.crij.sandbox.ContainerMount;
import io.crij.sandbox.ContainerUser;
import io.crij.sandbox.SandboxException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/// What a request says of a container, in the words of the sandbox module.
public final class ContainerRequests {
    private ContainerRequests() {}

    /// @param volumes the images that are mounted as volumes, by their reference in the request
    public static io.crij.sandbox.ContainerConfig config(
            ContainerConfig config, Image image, Map<String, Image> volumes, ContainerUser user)
            throws SandboxException {
        var spec = config.getImage();
        return new io.crij.sandbox.ContainerConfig(
                metadata(config),
                spec.getImage(),
                spec.getUserSpecifiedImage(),
                image.id().toString(),
                ImageAnswers.reference(image),
                spec.getAnnotationsMap(),
                config.getLabelsMap(),
                config.getAnnotationsMap(),
                config.getLogPath(),
                config.getStdin(),
                config.getStdinOnce(),
                config.getTty(),
                config.getMountsList().stream()
                        .map(mount -> mount(mount, volumes))
                        .toList(),
                Resources.of(config.getLinux().getResources()),
                StopSignals.number(config.getStopSignal(), image.config().stopSignal()),
                user,
                digest(config));
    }

    private static ContainerMetadata metadata(ContainerConfig config) throws SandboxException {
        if (config.getMetadata().getName().isEmpty()) {
            throw new SandboxException.Invalid("config.metadata", "", "a container needs metadata with a name");
        }
        return new ContainerMetadata(
                config.getMetadata().getName(), config.getMetadata().getAttempt());
    }

    private static ContainerMount mount(Mount mount, Map<String, Image> volumes) {
        var volume = mount.hasImage() ? volumes.get(mount.getImage().getImage()) : null;
        return new ContainerMount(
                mount.getContainerPath(),
                mount.getHostPath(),
                mount.getReadonly(),
                mount.getSelinuxRelabel(),
                switch (mount.getPropagation()) {
                    case PROPAGATION_HOST_TO_CONTAINER -> ContainerMount.Propagation.HOST_TO_CONTAINER;
                    case PROPAGATION_BIDIRECTIONAL -> ContainerMount.Propagation.BIDIRECTIONAL;
                    // an unknown one is refused where the specification is made
                    case PROPAGATION_PRIVATE, UNRECOGNIZED -> ContainerMount.Propagation.PRIVATE;
                },
                PodRequests.mappings(mount.getUidMappingsList()),
                PodRequests.mappings(mount.getGidMappingsList()),
                mount.getRecursiveReadOnly(),
                mount.getImage().getImage(),
                mount.getImageSubPath(),
                volume == null ? "" : volume.id().toString(),
                mount.getMountOptionsList());
    }

    /// Equal for equal requests: map fields are written in the order of their keys.
    private static String digest(ContainerConfig config) {
        var bytes = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            config.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Digest.of(bytes.toByteArray()).toString();
    }
}
