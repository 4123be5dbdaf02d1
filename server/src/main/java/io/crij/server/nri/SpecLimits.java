package io.crij.server.nri;

import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.HugepageLimit;
import io.crij.oci.spec.LinuxResources.Memory;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Limits of runtime-spec, one over the other.
final class SpecLimits {
    private SpecLimits() {}

    /// What `change` has replaces what is there; rules for devices stay as they are.
    static LinuxResources over(LinuxResources base, LinuxResources change) {
        var pages = new LinkedHashMap<String, HugepageLimit>();
        base.hugepageLimits().forEach(limit -> pages.put(limit.pageSize(), limit));
        change.hugepageLimits().forEach(limit -> pages.put(limit.pageSize(), limit));
        return base.with(r -> {
            r.memory = memory(base.memory(), change.memory());
            r.cpu = cpu(base.cpu(), change.cpu());
            r.hugepageLimits = new java.util.ArrayList<>(pages.values());
            r.unified.putAll(change.unified());
            if (change.pids().limit() != null) {
                r.pids = change.pids();
            }
        });
    }

    private static Memory memory(Memory base, Memory change) {
        return new Memory(
                or(change.limit(), base.limit()),
                or(change.reservation(), base.reservation()),
                or(change.swap(), base.swap()),
                or(change.kernel(), base.kernel()),
                or(change.kernelTCP(), base.kernelTCP()),
                or(change.swappiness(), base.swappiness()),
                or(change.disableOOMKiller(), base.disableOOMKiller()),
                or(change.useHierarchy(), base.useHierarchy()),
                or(change.checkBeforeUpdate(), base.checkBeforeUpdate()));
    }

    private static Cpu cpu(Cpu base, Cpu change) {
        return new Cpu(
                or(change.shares(), base.shares()),
                or(change.quota(), base.quota()),
                or(change.burst(), base.burst()),
                or(change.period(), base.period()),
                or(change.realtimeRuntime(), base.realtimeRuntime()),
                or(change.realtimePeriod(), base.realtimePeriod()),
                or(change.cpus(), base.cpus()),
                or(change.mems(), base.mems()),
                or(change.idle(), base.idle()));
    }

    private static <T> @Nullable T or(@Nullable T first, @Nullable T second) {
        return first != null ? first : second;
    }
}
