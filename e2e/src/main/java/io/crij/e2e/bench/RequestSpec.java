package io.crij.e2e.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.e2e.Node;
import io.crij.oci.runtime.OciException;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;

/// What our server hands to the executor for a container, made fit for the packaged runtimes: so that all run the same.
final class RequestSpec {
    private RequestSpec() {}

    /// @param container of ours
    /// @param rootfs the root folder instead of the image's
    /// @param name of the cgroup beside the node's own; nothing is shared with a pod
    static Spec of(Node node, String container, Path rootfs, String name) throws IOException, OciException {
        var info = node.pods()
                .client()
                .runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .setVerbose(true)
                        .build())
                .getInfoMap();
        var json = new ObjectMapper()
                .readTree(String.join("", info.values()))
                .path("runtimeSpec")
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        return new SpecReader().spec(json).with(spec -> {
            // packaged peers refuse newer versions
            spec.ociVersion = "1.0.2";
            spec.hostname = name;
            spec.root = new Root(rootfs.toString(), false);
            spec.linux = spec.linux.with(linux -> {
                linux.cgroupsPath = node.place().cgroupParent() + "-" + name;
                var types = new ArrayList<>(
                        linux.namespaces.stream().map(Namespace::type).toList());
                if (!types.contains(Namespace.Type.NETWORK)) {
                    types.add(Namespace.Type.NETWORK);
                }
                linux.namespaces = types.stream().map(Namespace::create).toList();
            });
        });
    }
}
