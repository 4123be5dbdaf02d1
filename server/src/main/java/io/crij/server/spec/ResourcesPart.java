package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;

/// Limits of the container's cgroup and its place in the order of the out-of-memory killer.
final class ResourcesPart implements Part {
    private static final int LARGEST_ADJUSTMENT = 1000;

    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        long adjustment = wanted.resources().getOomScoreAdj();
        if (Math.abs(adjustment) > LARGEST_ADJUSTMENT) {
            throw new SandboxException.Invalid(
                    "config.linux.resources.oom_score_adj", "" + adjustment, "must be from -1000 to 1000");
        }
        var limits = new ResourceLimits(wanted.host())
                .forCreate(wanted.resources(), wanted.settings().containers().pidsLimit());
        return spec.with(s -> {
            var devices = s.linux.resources().devices();
            s.linux = s.linux.with(l -> l.resources = limits.with(r -> r.devices = devices));
            s.process = Processes.of(s.process).with(p -> p.oomScoreAdj = (int) adjustment);
        });
    }
}
