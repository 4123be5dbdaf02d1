package io.crij.sandbox;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a pod is asked to be (api.proto PodSandboxConfig). Two requests for one name are the same request when their
/// configurations are equal.
///
/// @param hostname empty: derived from the id, or the host's on the host network
/// @param logDirectory absolute, or empty for a folder of our own
/// @param cgroupParent empty: the configured default
/// @param overhead and `resources` are the pod's sums; they are reported, not applied
public record PodConfig(
        PodMetadata metadata,
        String hostname,
        String logDirectory,
        DnsConfig dns,
        List<PortMapping> portMappings,
        Map<String, String> labels,
        Map<String, String> annotations,
        String cgroupParent,
        Map<String, String> sysctls,
        PodNamespaceModes namespaces,
        PodSecurity security,
        @Nullable ContainerResources overhead,
        @Nullable ContainerResources resources) {
    public PodConfig {
        portMappings = List.copyOf(portMappings);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        sysctls = Map.copyOf(sysctls);
    }

    PodConfig with(@Nullable ContainerResources newOverhead, @Nullable ContainerResources newResources) {
        return new PodConfig(
                metadata,
                hostname,
                logDirectory,
                dns,
                portMappings,
                labels,
                annotations,
                cgroupParent,
                sysctls,
                namespaces,
                security,
                newOverhead,
                newResources);
    }
}
