package io.crij.server.rpc;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.NamespaceMode;
import io.crij.image.Image;
import io.crij.image.ImageException;
import io.crij.image.Images;
import io.crij.image.OverlayLayers;
import io.crij.oci.runtime.Rootfs;
import io.crij.sandbox.ContainerPlan;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.SandboxException;
import io.crij.server.SnapshotRootfs;
import io.crij.server.config.Config;
import io.crij.server.handlers.FoundHandlers;
import io.crij.server.nri.Nri;
import io.crij.server.spec.ContainerSpec;
import io.crij.server.spec.HostFeatures;
import io.crij.server.spec.ProcessUser;
import io.crij.server.spec.Wanted;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// How containers are made from requests: the specification and the root file system.
final class Plans {
    private final Config config;
    private final HostFeatures host;
    private final FoundHandlers handlers;
    private final Images images;
    private final Containers containers;
    private final Nri nri;
    private final ContainerSpec specs = new ContainerSpec();

    Plans(Config config, HostFeatures host, FoundHandlers handlers, Images images, Containers containers, Nri nri) {
        this.config = config;
        this.host = host;
        this.handlers = handlers;
        this.images = images;
        this.containers = containers;
        this.nri = nri;
    }

    /// @param volumes the images that are mounted as volumes, by their reference in the request
    ContainerPlan of(ContainerConfig request, Image image, Map<String, Image> volumes, ProcessUser user) {
        return (pod, container) -> {
            var wanted = new Wanted(
                    container.id(),
                    pod,
                    request,
                    image,
                    user,
                    target(request, pod),
                    layers(container.id(), volumes),
                    config,
                    host,
                    handlers.find(pod.handler()));
            // before the layers are made: most refusals come from here
            var outcome = nri.creating(pod, container, request, specs.make(wanted));
            return new ContainerPlan.Prepared(outcome.spec(), rootfs(container.id(), image), outcome.resources());
        };
    }

    private Rootfs rootfs(String id, Image image) throws SandboxException {
        try {
            // the host's owners: in a user namespace the runtime maps those of all layers, the writable one too
            var layers = images.snapshots().prepare(id, image.id());
            return new Rootfs.Overlay(
                    layers.lower(), Optional.of(layers.upper()), Optional.of(layers.work()), List.of());
        } catch (ImageException e) {
            throw failed("the root file system of container " + id, e);
        }
    }

    /// A snapshot of its own keeps the layers of each volume's image while the container has it.
    private Map<String, OverlayLayers> layers(String id, Map<String, Image> volumes) throws SandboxException {
        var layers = new LinkedHashMap<String, OverlayLayers>();
        for (var volume : volumes.entrySet()) {
            try {
                var name = SnapshotRootfs.volume(id, layers.size());
                layers.put(
                        volume.getKey(),
                        images.snapshots().prepare(name, volume.getValue().id()));
            } catch (ImageException e) {
                throw new SandboxException.ImageVolumeFailed(
                        "image \"" + volume.getKey() + "\" cannot be mounted: " + e.getMessage(), e);
            }
        }
        return layers;
    }

    private OptionalInt target(ContainerConfig request, PodRecord pod) throws SandboxException {
        var options = request.getLinux().getSecurityContext().getNamespaceOptions();
        if (options.getPid() != NamespaceMode.TARGET) {
            return OptionalInt.empty();
        }
        var target = containers.find(options.getTargetId());
        return target.podId().equals(pod.id()) ? target.pid() : OptionalInt.empty();
    }

    private static SandboxException failed(String what, ImageException cause) {
        return new SandboxException.RuntimeFailed("tried to make " + what + " but " + cause.getMessage(), 0, cause);
    }
}
