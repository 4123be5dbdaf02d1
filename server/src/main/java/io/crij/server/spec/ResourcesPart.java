package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;

/// Limits of the container's cgroup and its place in the order of the out-of-memory killer.
final class ResourcesPart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        refuseBelowFloor(wanted);
        long adjustment = wanted.resources().getOomScoreAdj();
        var limits = new ResourceLimits(wanted.host())
                .forCreate(wanted.resources(), wanted.settings().containers().pidsLimit());
        return spec.with(s -> {
            var devices = s.linux.resources().devices();
            s.linux = s.linux.with(l -> l.resources = limits.with(r -> r.devices = devices));
            s.process = Processes.of(s.process).with(p -> p.oomScoreAdj = (int) adjustment);
        });
    }

    /// Such a container would be killed before its program has begun.
    private static void refuseBelowFloor(Wanted wanted) throws SandboxException {
        long limit = wanted.resources().getMemoryLimitInBytes();
        var floor = wanted.handler().memoryFloor();
        if (limit > 0 && limit < floor.bytes()) {
            throw new SandboxException.Invalid(
                    "config.linux.resources.memory_limit_in_bytes",
                    Long.toString(limit),
                    "is below the " + floor + " that runtime handler "
                            + wanted.runtime().name() + " needs (runtimes."
                            + wanted.runtime().name() + ".memory_floor)");
        }
    }
}
