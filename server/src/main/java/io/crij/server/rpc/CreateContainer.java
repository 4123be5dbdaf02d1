package io.crij.server.rpc;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.CreateContainerRequest;
import io.crij.cri.v1.CreateContainerResponse;
import io.crij.image.Image;
import io.crij.image.ImageException;
import io.crij.image.Images;
import io.crij.sandbox.ContainerUser;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.ContainerRequests;
import io.crij.server.spec.ProcessUser;
import io.crij.server.spec.UserResolver;
import java.util.LinkedHashMap;
import java.util.Map;

/// Creates a container from an image that is here, in a ready pod. An equal request answers with the same container.
final class CreateContainer {
    private final Containers containers;
    private final Images images;
    private final Plans plans;

    CreateContainer(Containers containers, Images images, Plans plans) {
        this.containers = containers;
        this.images = images;
        this.plans = plans;
    }

    CreateContainerResponse call(CreateContainerRequest request)
            throws SandboxException, ImageException, InterruptedException {
        var config = request.getConfig();
        var image = image(config.getImage().getImage());
        var user = new UserResolver(images.users(image.id()), image.config().user())
                .resolve(config.getLinux().getSecurityContext());
        var volumes = volumes(config);
        var container = containers.create(
                request.getPodSandboxId(),
                ContainerRequests.config(config, image, volumes, forStatus(user)),
                plans.of(config, image, volumes, user));
        return CreateContainerResponse.newBuilder()
                .setContainerId(container.id())
                .build();
    }

    private Image image(String reference) throws SandboxException, ImageException {
        if (reference.isEmpty()) {
            throw new SandboxException.Invalid("config.image", "", "a container needs an image");
        }
        return images.find(reference)
                .orElseThrow(() -> new ImageException.NotFound(
                        reference, "image \"" + reference + "\" is not on this node; pull it first"));
    }

    /// Those that are here, by their reference in the request; a missing one is refused where it is mounted.
    private Map<String, Image> volumes(ContainerConfig config) {
        var volumes = new LinkedHashMap<String, Image>();
        for (var mount : config.getMountsList()) {
            if (mount.hasImage()) {
                var reference = mount.getImage().getImage();
                images.find(reference).ifPresent(image -> volumes.put(reference, image));
            }
        }
        return volumes;
    }

    private static ContainerUser forStatus(ProcessUser user) {
        return new ContainerUser(user.uid(), user.gid(), user.supplementalGroups());
    }
}
