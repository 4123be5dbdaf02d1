package io.crij.server.spec;

import io.crij.oci.spec.Rlimit;
import io.crij.oci.spec.Spec;
import io.crij.server.config.Ulimit;
import java.util.Comparator;

/// Resource limits of the configuration; the CRI has none of its own.
final class RlimitsPart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) {
        var limits = wanted.settings().containers().ulimits().entrySet().stream()
                .map(entry -> Ulimit.parse(entry.getKey(), entry.getValue()))
                .map(limit -> new Rlimit(Rlimit.Type.valueOf(limit.type()), limit.soft(), limit.hard()))
                .sorted(Comparator.comparing(Rlimit::type))
                .toList();
        return spec.with(s -> s.process = Processes.of(s.process).with(p -> p.rlimits = limits));
    }
}
