package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;

/// Limits of the container's cgroup and its place in the order of the out-of-memory killer.
final class ResourcesPart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        long adjustment = wanted.resources().getOomScoreAdj();
        var limits = new ResourceLimits(wanted.host())
                .forCreate(wanted.resources(), wanted.settings().containers().pidsLimit());
        return spec.with(s -> {
            var devices = s.linux.resources().devices();
            s.linux = s.linux.with(l -> l.resources = limits.with(r -> r.devices = devices));
            s.process = Processes.of(s.process).with(p -> p.oomScoreAdj = (int) adjustment);
        });
    }
}
