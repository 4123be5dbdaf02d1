package io.crij.sandbox;

import java.util.List;

/// Which namespaces a pod asks for (api.proto NamespaceOption).
///
/// @param network POD or NODE
/// @param pid POD, CONTAINER, NODE or TARGET
/// @param ipc POD or NODE
/// @param targetId the container whose pid namespace is meant in TARGET mode, else empty
/// @param user POD for a user namespace with the mappings given, else NODE
public record PodNamespaceModes(
        NamespaceMode network,
        NamespaceMode pid,
        NamespaceMode ipc,
        String targetId,
        NamespaceMode user,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings) {
    public PodNamespaceModes {
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
    }

    /// Everything of the pod's own, no user namespace.
    public static PodNamespaceModes ofPod() {
        return new PodNamespaceModes(
                NamespaceMode.POD, NamespaceMode.POD, NamespaceMode.POD, "", NamespaceMode.NODE, List.of(), List.of());
    }

    public boolean userNamespace() {
        return user == NamespaceMode.POD;
    }
}
