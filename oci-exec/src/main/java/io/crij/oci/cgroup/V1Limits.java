package io.crij.oci.cgroup;

import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.BlockIO;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.oci.spec.LinuxResources.Rdma;
import io.crij.oci.spec.LinuxResources.ThrottleDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Resources as writes to the version 1 groups of a container (Documentation/admin-guide/cgroup-v1).
final class V1Limits {
    private static final long DEFAULT_PERIOD = 100_000;

    private final CgroupFolders folders;
    private final CurrentValues now;
    private final List<Write> writes = new ArrayList<>();

    private V1Limits(CgroupFolders folders, CurrentValues now) {
        this.folders = folders;
        this.now = now;
    }

    static List<Write> writes(CgroupFolders folders, LinuxResources resources, CurrentValues now) throws OciException {
        var limits = new V1Limits(folders, now);
        limits.cpuset(resources.cpu());
        limits.cpu(resources.cpu());
        limits.memory(resources.memory());
        long pids = orZero(resources.pids().limit());
        if (pids != 0) {
            limits.write("pids", "pids.max", pids < 0 ? "max" : Long.toString(pids), "pids.limit");
        }
        limits.blockIO(resources.blockIO());
        limits.hugepages(resources);
        limits.network(resources);
        limits.rdma(resources);
        if (!resources.unified().isEmpty()) {
            throw new Unsupported(
                    "linux.resources.unified: this host uses cgroup version 1, where these files do not exist:" + " "
                            + String.join(", ", resources.unified().keySet()));
        }
        limits.devices(resources);
        return List.copyOf(limits.writes);
    }

    private void cpuset(Cpu cpu) throws OciException {
        Check.cpu(cpu);
        @Nullable String cpus = cpu.cpus();
        if (cpus != null && !cpus.isEmpty()) {
            write("cpuset", "cpuset.cpus", cpus, "cpu.cpus");
        }
        @Nullable String mems = cpu.mems();
        if (mems != null && !mems.isEmpty()) {
            write("cpuset", "cpuset.mems", mems, "cpu.mems");
        }
    }

    private void cpu(Cpu cpu) throws OciException {
        // a group that is idle takes no shares: so it stops being that before, and becomes it after
        boolean idles = Long.valueOf(1).equals(cpu.idle());
        if (!idles) {
            idle(cpu);
        }
        number("cpu.shares", cpu.shares(), "cpu.shares");
        if (idles) {
            idle(cpu);
        }
        // the burst may at no time be above the quota: so it is lowered before that and raised after it
        boolean burstFirst = cpu.burst() != null && cpu.burst() < current("cpu", "cpu.cfs_burst_us", 0);
        if (burstFirst) {
            burst(cpu);
        }
        long period = orZero(cpu.period());
        boolean quotaFirst = period != 0 && period < current("cpu", "cpu.cfs_period_us", DEFAULT_PERIOD);
        // the share of a group may at no time exceed its parent's: so the step that lowers it, or keeps it, goes first
        if (quotaFirst) {
            number("cpu.cfs_quota_us", cpu.quota(), "cpu.quota");
        }
        number("cpu.cfs_period_us", cpu.period(), "cpu.period");
        if (!quotaFirst) {
            number("cpu.cfs_quota_us", cpu.quota(), "cpu.quota");
        }
        if (!burstFirst) {
            burst(cpu);
        }
        number("cpu.rt_period_us", cpu.realtimePeriod(), "cpu.realtimePeriod");
        number("cpu.rt_runtime_us", cpu.realtimeRuntime(), "cpu.realtimeRuntime");
    }

    private void idle(Cpu cpu) throws OciException {
        if (cpu.idle() != null) {
            write("cpu", "cpu.idle", Long.toString(cpu.idle()), "cpu.idle");
        }
    }

    private void burst(Cpu cpu) throws OciException {
        if (cpu.burst() != null) {
            write("cpu", "cpu.cfs_burst_us", Long.toString(cpu.burst()), "cpu.burst");
        }
    }

    private void memory(Memory memory) throws OciException {
        Check.memory(memory);
        long limit = orZero(memory.limit());
        // unlimited memory under a limit of memory and swap together is refused by the kernel: the two go together
        long swap = limit < 0 && orZero(memory.swap()) == 0 ? -1 : orZero(memory.swap());
        long currentSwap = current("memory", "memory.memsw.limit_in_bytes", Long.MAX_VALUE);
        boolean swapFirst = limit > currentSwap || (limit < 0 && currentSwap != Long.MAX_VALUE);
        if (swapFirst && swap == 0) {
            throw new InvalidSpec(
                    "linux.resources.memory.limit",
                    Long.toString(limit),
                    "is above the present limit of memory and swap together, " + currentSwap
                            + "; set memory.swap as well");
        }
        // memory alone may at no time be allowed more than memory and swap together
        if (swapFirst) {
            swap(swap, limit);
        }
        number("memory.limit_in_bytes", memory.limit(), "memory.limit");
        if (!swapFirst) {
            swap(swap, limit);
        }
        number("memory.soft_limit_in_bytes", memory.reservation(), "memory.reservation");
        number("memory.kmem.tcp.limit_in_bytes", memory.kernelTCP(), "memory.kernelTCP");
        if (memory.swappiness() != null) {
            write("memory", "memory.swappiness", Long.toString(memory.swappiness()), "memory.swappiness");
        }
        if (memory.disableOOMKiller() != null) {
            write("memory", "memory.oom_control", memory.disableOOMKiller() ? "1" : "0", "memory.disableOOMKiller");
        }
    }

    private void swap(long swap, long limit) throws OciException {
        if (swap != 0) {
            // a kernel without swap accounting has no such file: no error unless swap was to be had
            boolean optional = swap < 0 || swap == limit;
            Path file = folder("memory", "memory.swap").resolve("memory.memsw.limit_in_bytes");
            add(new Write(file, Long.toString(swap), "linux.resources.memory.swap", optional));
        }
    }

    private void blockIO(BlockIO io) throws OciException {
        Check.blockIO(io);
        @Nullable Integer weight = io.weight();
        if (weight != null && weight != 0) {
            write("blkio", bfq("blkio.weight"), Integer.toString(weight), "blockIO.weight");
        }
        @Nullable Integer leafWeight = io.leafWeight();
        if (leafWeight != null && leafWeight != 0) {
            write("blkio", "blkio.leaf_weight", Integer.toString(leafWeight), "blockIO.leafWeight");
        }
        for (var device : io.weightDevice()) {
            String key = device.major() + ":" + device.minor() + " ";
            if (device.weight() != null) {
                write("blkio", bfq("blkio.weight_device"), key + device.weight(), "blockIO.weightDevice");
            }
            if (device.leafWeight() != null) {
                write("blkio", "blkio.leaf_weight_device", key + device.leafWeight(), "blockIO.weightDevice");
            }
        }
        throttle("read_bps", io.throttleReadBpsDevice(), "blockIO.throttleReadBpsDevice");
        throttle("write_bps", io.throttleWriteBpsDevice(), "blockIO.throttleWriteBpsDevice");
        throttle("read_iops", io.throttleReadIOPSDevice(), "blockIO.throttleReadIOPSDevice");
        throttle("write_iops", io.throttleWriteIOPSDevice(), "blockIO.throttleWriteIOPSDevice");
    }

    /// The name that this kernel has for a file of weights: CFQ's, or since Linux 5.0 BFQ's.
    private String bfq(String file) throws OciException {
        Path root =
                Optional.ofNullable(folders.host().hierarchies().get("blkio")).orElse(Path.of("/"));
        boolean cfq = Files.exists(root.resolve("blkio.weight"));
        return cfq ? file : file.replace("blkio.", "blkio.bfq.");
    }

    private void throttle(String what, List<ThrottleDevice> devices, String property) throws OciException {
        for (var device : devices) {
            String value = device.major() + ":" + device.minor() + " " + Math.max(0, device.rate());
            write("blkio", "blkio.throttle." + what + "_device", value, property);
        }
    }

    private void hugepages(LinuxResources resources) throws OciException {
        if (resources.hugepageLimits().isEmpty()) {
            return;
        }
        if (folders.v1("hugetlb").isEmpty()
                && folders.host().unifiedControllers().contains("hugetlb")) {
            writes.addAll(V2Limits.hugepages(folders.v2().orElseThrow(), resources));
            return;
        }
        Path folder = folder("hugetlb", "hugepageLimits");
        for (var pages : resources.hugepageLimits()) {
            String size = Check.pageSize(pages.pageSize());
            String limit = Long.toUnsignedString(pages.limit());
            write("hugetlb", "hugetlb." + size + ".limit_in_bytes", limit, "hugepageLimits");
            add(new Write(
                    folder.resolve("hugetlb." + size + ".rsvd.limit_in_bytes"),
                    limit,
                    "linux.resources.hugepageLimits",
                    true));
        }
    }

    private void network(LinuxResources resources) throws OciException {
        @Nullable Long classID = resources.network().classID();
        if (classID != null) {
            write("net_cls", "net_cls.classid", Long.toString(classID), "network.classID");
        }
        for (var priority : resources.network().priorities()) {
            String value = priority.name() + " " + priority.priority();
            write("net_prio", "net_prio.ifpriomap", value, "network.priorities");
        }
    }

    private void rdma(LinuxResources resources) throws OciException {
        if (folders.v1("rdma").isEmpty() && folders.host().unifiedControllers().contains("rdma")) {
            writes.addAll(V2Limits.rdma(folders.v2().orElseThrow(), resources));
            return;
        }
        for (var entry : resources.rdma().entrySet()) {
            write("rdma", "rdma.max", rdmaLine(entry.getKey(), entry.getValue()), "rdma");
        }
    }

    static String rdmaLine(String device, Rdma limit) {
        var line = new StringBuilder(device);
        if (limit.hcaHandles() != null) {
            line.append(" hca_handle=").append(limit.hcaHandles());
        }
        if (limit.hcaObjects() != null) {
            line.append(" hca_object=").append(limit.hcaObjects());
        }
        return line.toString();
    }

    private void devices(LinuxResources resources) throws OciException {
        for (var rule : DeviceRules.of(resources.devices())) {
            for (String line : rule.lines()) {
                write("devices", rule.allow() ? "devices.allow" : "devices.deny", line, "devices");
            }
        }
    }

    private void number(String file, @Nullable Long value, String property) throws OciException {
        if (orZero(value) != 0) {
            write(file.substring(0, file.indexOf('.')), file, Long.toString(orZero(value)), property);
        }
    }

    private void write(String controller, String file, String value, String property) throws OciException {
        add(new Write(folder(controller, property).resolve(file), value, "linux.resources." + property, false));
    }

    private void add(Write write) {
        writes.add(write);
    }

    private Path folder(String controller, String property) throws Unsupported {
        return folders.v1(controller)
                .orElseThrow(() -> new Unsupported("linux.resources." + property + ": this host has no " + controller
                        + " controller mounted (it has: "
                        + String.join(", ", folders.host().hierarchies().keySet())
                        + "); enable it in the kernel and mount it below /sys/fs/cgroup, or leave that limit out"));
    }

    private long current(String controller, String file, long otherwise) {
        return folders.v1(controller)
                .flatMap(folder -> now.read(folder.resolve(file)))
                .map(Long::parseLong)
                .orElse(otherwise);
    }

    /// 0 is what absent means: writers of the specification in Go could not tell the two apart for long.
    static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }
}
