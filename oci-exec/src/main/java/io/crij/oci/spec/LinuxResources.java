package io.crij.oci.spec;

import io.crij.oci.json.Traits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Limits of a container, for its cgroups. What is absent is left as it is.
///
/// @param devices rules in order, the last that matches decides
/// @param rdma device name → limits
/// @param unified file of cgroup v2 → what is written to it; overrides what the other properties say
public record LinuxResources(
        List<DeviceCgroup> devices,
        Memory memory,
        Cpu cpu,
        Pids pids,
        BlockIO blockIO,
        List<HugepageLimit> hugepageLimits,
        Network network,
        Map<String, Rdma> rdma,
        Map<String, String> unified)
        implements Absent.Omittable {
    public static final LinuxResources NONE = new LinuxResources(
            List.of(), Memory.NONE, Cpu.NONE, Pids.NONE, BlockIO.NONE, List.of(), Network.NONE, Map.of(), Map.of());

    public LinuxResources {
        devices = Absent.toEmpty(devices);
        memory = Absent.or(memory, Memory.NONE);
        cpu = Absent.or(cpu, Cpu.NONE);
        pids = Absent.or(pids, Pids.NONE);
        blockIO = Absent.or(blockIO, BlockIO.NONE);
        hugepageLimits = Absent.toEmpty(hugepageLimits);
        network = Absent.or(network, Network.NONE);
        rdma = Absent.toEmpty(rdma);
        unified = Absent.toEmpty(unified);
    }

    /// Whether devices may be used.
    ///
    /// @param type absent: all
    /// @param major absent or negative: all
    /// @param minor absent or negative: all
    /// @param access of `r`, `w`, `m`; absent: all
    public record DeviceCgroup(
            boolean allow,
            @Nullable DeviceType type,
            @Nullable Long major,
            @Nullable Long minor,
            @Nullable String access) {
        static final Traits JSON = Traits.explicit("allow");
    }

    /// Bytes; -1 is no limit.
    ///
    /// @param limit hard limit
    /// @param reservation soft limit
    /// @param swap limit of memory and swap together, as cgroup v1 counts it
    /// @param kernelTCP cgroup v1 only
    /// @param swappiness 0 to 100, cgroup v1 only
    /// @param disableOOMKiller cgroup v1 only
    /// @param useHierarchy always on in today's kernels
    /// @param checkBeforeUpdate refuse a new limit below the present usage
    public record Memory(
            @Nullable Long limit,
            @Nullable Long reservation,
            @Nullable Long swap,
            @Nullable Long kernel,
            @Nullable Long kernelTCP,
            @Nullable Long swappiness,
            @Nullable Boolean disableOOMKiller,
            @Nullable Boolean useHierarchy,
            @Nullable Boolean checkBeforeUpdate)
            implements Absent.Omittable {
        static final Traits JSON = Traits.explicit("disableOOMKiller", "useHierarchy", "checkBeforeUpdate");
        public static final Memory NONE = new Memory(null, null, null, null, null, null, null, null, null);

        /// @param swap of memory and swap together
        public static Memory of(@Nullable Long limit, @Nullable Long swap) {
            return new Memory(limit, null, swap, null, null, null, null, null, null);
        }

        @Override
        public Object empty() {
            return NONE;
        }
    }

    /// @param shares weight on cgroup v1's scale, 2 to 262144
    /// @param quota microseconds per period; -1 is no limit
    /// @param burst microseconds
    /// @param period microseconds
    /// @param realtimeRuntime microseconds, cgroup v1 only
    /// @param cpus list such as `0-3,7`
    /// @param mems memory nodes, likewise
    /// @param idle 1: SCHED_IDLE for the whole cgroup
    public record Cpu(
            @Nullable Long shares,
            @Nullable Long quota,
            @Nullable Long burst,
            @Nullable Long period,
            @Nullable Long realtimeRuntime,
            @Nullable Long realtimePeriod,
            @Nullable String cpus,
            @Nullable String mems,
            @Nullable Long idle)
            implements Absent.Omittable {
        public static final Cpu NONE = new Cpu(null, null, null, null, null, null, null, null, null);

        public static Cpu of(@Nullable Long shares, @Nullable Long quota, @Nullable Long period) {
            return new Cpu(shares, quota, null, period, null, null, null, null, null);
        }

        @Override
        public Object empty() {
            return NONE;
        }
    }

    /// @param limit number of processes and threads; -1 is no limit
    public record Pids(@Nullable Long limit) implements Absent.Omittable {
        public static final Pids NONE = new Pids(null);

        @Override
        public Object empty() {
            return NONE;
        }
    }

    /// @param weight 10 to 1000
    /// @param leafWeight cgroup v1 only, of kernels before 5.0
    /// @param throttleReadBpsDevice bytes a second; `IOPS` are operations a second
    public record BlockIO(
            @Nullable Integer weight,
            @Nullable Integer leafWeight,
            List<WeightDevice> weightDevice,
            List<ThrottleDevice> throttleReadBpsDevice,
            List<ThrottleDevice> throttleWriteBpsDevice,
            List<ThrottleDevice> throttleReadIOPSDevice,
            List<ThrottleDevice> throttleWriteIOPSDevice)
            implements Absent.Omittable {
        public static final BlockIO NONE =
                new BlockIO(null, null, List.of(), List.of(), List.of(), List.of(), List.of());

        public BlockIO {
            weightDevice = Absent.toEmpty(weightDevice);
            throttleReadBpsDevice = Absent.toEmpty(throttleReadBpsDevice);
            throttleWriteBpsDevice = Absent.toEmpty(throttleWriteBpsDevice);
            throttleReadIOPSDevice = Absent.toEmpty(throttleReadIOPSDevice);
            throttleWriteIOPSDevice = Absent.toEmpty(throttleWriteIOPSDevice);
        }

        @Override
        public Object empty() {
            return NONE;
        }
    }

    public record WeightDevice(
            long major,
            long minor,
            @Nullable Integer weight,
            @Nullable Integer leafWeight) {}

    public record ThrottleDevice(long major, long minor, long rate) {}

    /// @param pageSize such as `2MB`, as in the names of the hugetlb files
    /// @param limit bytes
    public record HugepageLimit(String pageSize, long limit) {
        static final Traits JSON = Traits.unsigned("limit");

        public HugepageLimit {
            Absent.required(pageSize, "pageSize");
        }
    }

    /// @param classID of net_cls, cgroup v1 only
    public record Network(@Nullable Long classID, List<Priority> priorities) implements Absent.Omittable {
        public static final Network NONE = new Network(null, List.of());

        public Network {
            priorities = Absent.toEmpty(priorities);
        }

        /// @param name of the network device
        public record Priority(String name, long priority) {
            public Priority {
                Absent.required(name, "name");
            }
        }

        @Override
        public Object empty() {
            return NONE;
        }
    }

    public record Rdma(@Nullable Long hcaHandles, @Nullable Long hcaObjects) {}

    @Override
    public Object empty() {
        return NONE;
    }

    public LinuxResources with(Consumer<Edit> change) {
        var edit = new Edit(this);
        change.accept(edit);
        return edit.build();
    }

    /// The mutable form of [LinuxResources], for [#with] only.
    public static final class Edit {
        public List<DeviceCgroup> devices;
        public Memory memory;
        public Cpu cpu;
        public Pids pids;
        public BlockIO blockIO;
        public List<HugepageLimit> hugepageLimits;
        public Network network;
        public Map<String, Rdma> rdma;
        public Map<String, String> unified;

        private Edit(LinuxResources resources) {
            devices = new ArrayList<>(resources.devices);
            memory = resources.memory;
            cpu = resources.cpu;
            pids = resources.pids;
            blockIO = resources.blockIO;
            hugepageLimits = new ArrayList<>(resources.hugepageLimits);
            network = resources.network;
            rdma = new LinkedHashMap<>(resources.rdma);
            unified = new LinkedHashMap<>(resources.unified);
        }

        private LinuxResources build() {
            return new LinuxResources(devices, memory, cpu, pids, blockIO, hugepageLimits, network, rdma, unified);
        }
    }
}
