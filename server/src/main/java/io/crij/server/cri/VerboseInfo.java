package io.crij.server.cri;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crij.image.Digest;
import io.crij.image.Image;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.PodNetwork;
import io.crij.sandbox.PodRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;

/// What `crictl inspect`, `inspectp` and `inspecti` show below `info`: JSON, for people and for tools that know the
/// names
/// of containerd and CRI-O.
public final class VerboseInfo {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private VerboseInfo() {}

    public static String of(ContainerRecord container, Spec spec) {
        var info = MAPPER.createObjectNode();
        info.put("sandboxID", container.podId());
        info.put("pid", container.pid().orElse(0));
        info.put("runtimeHandler", container.handler());
        info.put("bundle", container.bundle().toString());
        info.put("cgroupPath", container.cgroup());
        info.put("userSpecifiedImage", container.config().userSpecifiedImage());
        info.set("runtimeSpec", json(new SpecWriter().write(spec)));
        return print(info);
    }

    public static String of(PodRecord pod) {
        var info = MAPPER.createObjectNode();
        info.put("pid", pod.pausePid().orElse(0));
        info.put("hostname", pod.hostname());
        info.put("runtimeHandler", pod.handler());
        info.put("cgroupParent", pod.cgroupParent());
        info.put("cgroupPath", pod.cgroup());
        info.put("logDirectory", pod.paths().logDirectory().toString());
        var namespaces = info.putObject("namespaces");
        put(namespaces, "network", pod.paths().net());
        put(namespaces, "ipc", pod.paths().ipc());
        put(namespaces, "uts", pod.paths().uts());
        put(namespaces, "user", pod.paths().user());
        put(namespaces, "pid", pod.paths().pid());
        if (pod.network() instanceof PodNetwork.Attached attached) {
            info.set("cniResult", json(attached.result().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
        return print(info);
    }

    public static String of(Image image) {
        var info = MAPPER.createObjectNode();
        info.put("id", image.id().toString());
        list(info, "diffIDs", image.diffIds().stream().map(Digest::toString).toList());
        info.put("pulledAt", image.pulledAt().toString());
        var spec = info.putObject("imageSpec");
        spec.put("os", image.config().platform().os());
        spec.put("architecture", image.config().platform().architecture());
        image.config().created().ifPresent(created -> spec.put("created", created.toString()));
        var config = spec.putObject("config");
        config.put("User", image.config().user());
        config.put("WorkingDir", image.config().workingDir());
        config.put("StopSignal", image.config().stopSignal());
        list(config, "Env", image.config().env());
        list(config, "Entrypoint", image.config().entrypoint());
        list(config, "Cmd", image.config().cmd());
        list(config, "Volumes", image.config().volumes());
        list(config, "ExposedPorts", image.config().exposedPorts());
        var labels = config.putObject("Labels");
        image.config().labels().forEach(labels::put);
        return print(info);
    }

    private static void put(ObjectNode node, String name, java.nio.file.@org.jspecify.annotations.Nullable Path path) {
        if (path != null) {
            node.put(name, path.toString());
        }
    }

    private static void list(ObjectNode node, String name, Collection<String> values) {
        List.copyOf(values).forEach(node.putArray(name)::add);
    }

    private static com.fasterxml.jackson.databind.JsonNode json(byte[] text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String print(ObjectNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
