package io.crij.sandbox;

import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.Spec;
import org.jspecify.annotations.Nullable;

/// How a container is made, worked out once its id and its pod are certain. Called on a thread of [Containers] without
/// locks held; not called when an equal request was carried out before.
@FunctionalInterface
public interface ContainerPlan {
    /// @param container record in state Creating
    Prepared prepare(PodRecord pod, ContainerRecord container) throws SandboxException, InterruptedException;

    /// @param spec whole; without `linux.cgroupsPath` the container gets its usual place beside the pod's others
    /// @param rootfs given back through [RootfsStore#release] when the container is removed or its creation fails
    /// @param resources the limits in `spec` when they are not those of the request
    record Prepared(Spec spec, Rootfs rootfs, @Nullable ContainerResources resources) {
        public Prepared(Spec spec, Rootfs rootfs) {
            this(spec, rootfs, null);
        }
    }
}
