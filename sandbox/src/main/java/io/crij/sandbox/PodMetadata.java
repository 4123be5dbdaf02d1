package io.crij.sandbox;

/// Who a pod is (api.proto PodSandboxMetadata). [#key] is the idempotency key of RunPodSandbox.
public record PodMetadata(String name, String uid, String namespace, int attempt) {
    /// `name_namespace_uid_attempt`, as Kubernetes runtimes name pods.
    public String key() {
        return name + "_" + namespace + "_" + uid + "_" + Integer.toUnsignedString(attempt);
    }
}
