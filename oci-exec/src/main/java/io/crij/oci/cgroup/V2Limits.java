package io.crij.oci.cgroup;

import static io.crij.oci.cgroup.V1Limits.orZero;

import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.BlockIO;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.oci.spec.LinuxResources.ThrottleDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Resources as writes to a version 2 group (Documentation/admin-guide/cgroup-v2.rst).
final class V2Limits {
    private static final long DEFAULT_PERIOD = 100_000;
    private static final Set<String> NOT_LIMITS =
            Set.of("cgroup.procs", "cgroup.threads", "cgroup.kill", "cgroup.freeze", "cgroup.subtree_control");

    private final Path folder;
    private final CurrentValues now;
    private final List<Write> writes = new ArrayList<>();

    private V2Limits(Path folder, CurrentValues now) {
        this.folder = folder;
        this.now = now;
    }

    static List<Write> writes(Path folder, LinuxResources resources, CurrentValues now) throws OciException {
        var limits = new V2Limits(folder, now);
        limits.cpu(resources.cpu());
        limits.memory(resources.memory());
        limits.number("pids.max", resources.pids().limit(), "pids.limit");
        limits.blockIO(resources.blockIO());
        limits.hugepages(resources);
        limits.rdma(resources);
        if (!resources.network().equals(LinuxResources.Network.NONE)) {
            throw new Unsupported("linux.resources.network: cgroup version 2 has no controller for it");
        }
        limits.unified(resources);
        return List.copyOf(limits.writes);
    }

    /// Only what the version 2 tree of a hybrid host can have and no version 1 tree has.
    static List<Write> hugepages(Path folder, LinuxResources resources) throws OciException {
        var limits = new V2Limits(folder, CurrentValues.NEW_GROUP);
        limits.hugepages(resources);
        return List.copyOf(limits.writes);
    }

    static List<Write> rdma(Path folder, LinuxResources resources) {
        var limits = new V2Limits(folder, CurrentValues.NEW_GROUP);
        limits.rdma(resources);
        return List.copyOf(limits.writes);
    }

    private void cpu(Cpu cpu) throws OciException {
        Check.cpu(cpu);
        if (orZero(cpu.realtimeRuntime()) != 0 || orZero(cpu.realtimePeriod()) != 0) {
            throw new Unsupported(
                    "linux.resources.cpu.realtimeRuntime: cgroup version 2 has no limit for realtime tasks");
        }
        // a group that is idle takes no weight: so it stops being that before, and becomes it after
        boolean idles = Long.valueOf(1).equals(cpu.idle());
        if (!idles) {
            idle(cpu);
        }
        long shares = orZero(cpu.shares());
        if (shares != 0) {
            write("cpu.weight", Long.toString(CpuWeight.ofShares(shares)), "cpu.shares");
        }
        if (idles) {
            idle(cpu);
        }
        // the burst may at no time be above the quota: so it is lowered before that and raised after it
        @Nullable Long burst = cpu.burst();
        boolean burstFirst = burst != null
                && burst
                        < now.read(folder.resolve("cpu.max.burst"))
                                .map(Long::parseLong)
                                .orElse(0L);
        if (burstFirst) {
            burst(cpu);
        }
        long quota = orZero(cpu.quota());
        long period = orZero(cpu.period());
        if (quota != 0 || period != 0) {
            String[] current = now.read(folder.resolve("cpu.max"))
                    .orElse("max " + DEFAULT_PERIOD)
                    .split(" ", 2);
            String max = quota == 0 ? current[0] : orMax(quota);
            write("cpu.max", max + " " + (period == 0 ? current[1] : Long.toString(period)), "cpu.quota");
        }
        if (!burstFirst) {
            burst(cpu);
        }
        list("cpuset.cpus", cpu.cpus(), "cpu.cpus");
        list("cpuset.mems", cpu.mems(), "cpu.mems");
    }

    private void idle(Cpu cpu) {
        if (cpu.idle() != null) {
            write("cpu.idle", Long.toString(cpu.idle()), "cpu.idle");
        }
    }

    private void burst(Cpu cpu) {
        if (cpu.burst() != null) {
            write("cpu.max.burst", Long.toString(cpu.burst()), "cpu.burst");
        }
    }

    private void memory(Memory memory) throws OciException {
        Check.memory(memory);
        if (memory.swappiness() != null) {
            throw new Unsupported("linux.resources.memory.swappiness: cgroup version 2 has no such setting");
        }
        if (Boolean.TRUE.equals(memory.disableOOMKiller())) {
            throw new Unsupported("linux.resources.memory.disableOOMKiller: cgroup version 2 cannot do that");
        }
        number("memory.low", memory.reservation(), "memory.reservation");
        number("memory.max", memory.limit(), "memory.limit");
        long limit = orZero(memory.limit());
        // as on version 1, memory without a limit is swap without one too
        swap(limit, limit < 0 && orZero(memory.swap()) == 0 ? -1 : orZero(memory.swap()));
    }

    /// The specification counts memory and swap together, the kernel swap alone.
    private void swap(long limit, long swap) throws InvalidSpec {
        if (swap < 0) {
            // a kernel without swap accounting has no such file, and no limit either
            writes.add(of("memory.swap.max", "max", "memory.swap", true));
        } else if (swap > 0) {
            long memory = limit != 0 ? limit : currentLimit();
            if (memory < 0 || memory > swap) {
                throw new InvalidSpec(
                        "linux.resources.memory.swap",
                        Long.toString(swap),
                        "is memory and swap together, so it needs a limit of memory that is not above it");
            }
            // a kernel without swap accounting has no such file; that is no error unless swap was to be had
            writes.add(of("memory.swap.max", Long.toString(swap - memory), "memory.swap", swap == memory));
        }
    }

    /// -1: none.
    private long currentLimit() {
        String max = now.read(folder.resolve("memory.max")).orElse("max");
        return max.equals("max") ? -1 : Long.parseLong(max);
    }

    private void blockIO(BlockIO io) throws OciException {
        Check.blockIO(io);
        if (io.leafWeight() != null) {
            throw new Unsupported("linux.resources.blockIO.leafWeight: cgroup version 2 has no such setting");
        }
        @Nullable Integer weight = io.weight();
        if (weight != null && weight != 0) {
            weight("default", weight, "blockIO.weight");
        }
        for (var device : io.weightDevice()) {
            @Nullable Integer deviceWeight = device.weight();
            if (deviceWeight != null) {
                weight(device.major() + ":" + device.minor(), deviceWeight, "blockIO.weightDevice");
            }
        }
        throttle(io.throttleReadBpsDevice(), "rbps", "blockIO.throttleReadBpsDevice");
        throttle(io.throttleWriteBpsDevice(), "wbps", "blockIO.throttleWriteBpsDevice");
        throttle(io.throttleReadIOPSDevice(), "riops", "blockIO.throttleReadIOPSDevice");
        throttle(io.throttleWriteIOPSDevice(), "wiops", "blockIO.throttleWriteIOPSDevice");
    }

    /// 10 to 1000 as it is for the BFQ scheduler, stretched to 1 to 10000 for io.cost.
    private void weight(String key, int weight, String property) {
        Path parent = folder.getParent();
        if (Files.exists(folder.resolve("io.bfq.weight"))
                || (parent != null && Files.exists(parent.resolve("io.bfq.weight")))) {
            write("io.bfq.weight", key + " " + weight, property);
        } else {
            write("io.weight", key + " " + (1 + (weight - 10L) * 9999 / 990), property);
        }
    }

    private void throttle(List<ThrottleDevice> devices, String key, String property) {
        for (var device : devices) {
            String rate = device.rate() <= 0 ? "max" : Long.toString(device.rate());
            write("io.max", device.major() + ":" + device.minor() + " " + key + "=" + rate, property);
        }
    }

    private void hugepages(LinuxResources resources) throws OciException {
        for (var pages : resources.hugepageLimits()) {
            String size = Check.pageSize(pages.pageSize());
            String limit = Long.toUnsignedString(pages.limit());
            write("hugetlb." + size + ".max", limit, "hugepageLimits");
            // reserved pages count when they are mapped, not when they are touched; since Linux 5.7
            writes.add(of("hugetlb." + size + ".rsvd.max", limit, "hugepageLimits", true));
        }
    }

    private void rdma(LinuxResources resources) {
        resources.rdma().forEach((device, limit) -> write("rdma.max", V1Limits.rdmaLine(device, limit), "rdma"));
    }

    private void unified(LinuxResources resources) throws InvalidSpec {
        for (var entry : resources.unified().entrySet()) {
            String file = entry.getKey();
            if (file.contains("/") || !file.contains(".") || file.startsWith(".") || NOT_LIMITS.contains(file)) {
                throw new InvalidSpec("linux.resources.unified", file, "is not a file of a limit");
            }
            write(file, entry.getValue(), "unified");
        }
    }

    /// A number that may be unlimited.
    private void number(String file, @Nullable Long value, String property) {
        long number = orZero(value);
        if (number != 0) {
            write(file, orMax(number), property);
        }
    }

    private void list(String file, @Nullable String list, String property) {
        if (list != null && !list.isEmpty()) {
            write(file, list, property);
        }
    }

    private void write(String file, String value, String property) {
        writes.add(of(file, value, property, false));
    }

    private Write of(String file, String value, String property, boolean optional) {
        return new Write(folder.resolve(file), value, "linux.resources." + property, optional);
    }

    private static String orMax(long value) {
        return value < 0 ? "max" : Long.toString(value);
    }
}
