package io.crij.server.cdi;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One file of the Container Device Interface (version 1): the devices of a kind, and what a container gets with any of
/// them. Properties that this version does not know are ignored.
///
/// @param kind `vendor/class`
/// @param containerEdits for every container that gets one of the devices
record CdiSpec(
        @Nullable String cdiVersion,
        @Nullable String kind,
        @Nullable List<Device> devices,
        @Nullable Edits containerEdits) {

    record Device(@Nullable String name, @Nullable Edits containerEdits) {}

    /// Changes of an OCI specification.
    record Edits(
            @Nullable List<String> env,
            @Nullable List<DeviceNode> deviceNodes,
            @Nullable List<NetDevice> netDevices,
            @Nullable List<Mount> mounts,
            @Nullable List<Hook> hooks,
            @Nullable List<Long> additionalGids,
            @JsonProperty("intelRdt") @Nullable JsonNode intelRdt) {}

    /// @param hostPath absent: the same as in the container
    /// @param permissions for the cgroup; absent: `rwm`
    record DeviceNode(
            @Nullable String path,
            @Nullable String hostPath,
            @Nullable String type,
            @Nullable Long major,
            @Nullable Long minor,
            @Nullable Integer fileMode,
            @Nullable String permissions,
            @Nullable Long uid,
            @Nullable Long gid) {}

    record NetDevice(
            @Nullable String hostInterfaceName, @Nullable String name) {}

    record Mount(
            @Nullable String hostPath,
            @Nullable String containerPath,
            @Nullable String type,
            @Nullable List<String> options) {}

    record Hook(
            @Nullable String hookName,
            @Nullable String path,
            @Nullable List<String> args,
            @Nullable List<String> env,
            @Nullable Integer timeout) {}
}
