package io.crij.oci.cgroup;

import io.crij.linux.dbus.Property;
import io.crij.linux.dbus.Value;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is written to the files of a container's group as properties of its scope (systemd.resource-control(5), D-Bus
/// names in org.freedesktop.systemd1(5)). The scope holds the group of the container and the one of its shim: what
/// counts against siblings, the weights, counts at the scope; hard limits are a little wider there, so that it is
/// always the container's own group that reaches them, and the shim is never meant.
///
/// Files without a property (`cpu.max.burst`, `io.max`, `hugetlb.*`, `rdma.max`) are limits of the group alone.
final class ScopeProperties {
    private static final long DEFAULT_PERIOD = 100_000;
    private static final long SECOND = 1_000_000;

    /// systemd keeps a quota in hundredths of a CPU.
    private static final long QUOTA_STEP = 10_000;

    /// For the kernel's memory of the shim.
    static final long ROOM_FOR_SHIM = 1 << 20;

    private static final long INFINITY = -1;

    private static final long DEFAULT_WEIGHT = 100;

    private final Map<String, Value> properties = new LinkedHashMap<>();

    private ScopeProperties() {}

    /// @param writes to files of a version 2 group; the last one for a file counts
    static List<Property> of(List<Write> writes) throws InvalidSpec {
        var all = new ScopeProperties();
        for (Write write : writes) {
            all.add(write);
        }
        var list = new ArrayList<Property>();
        all.properties.forEach((name, value) -> list.add(new Property(name, value)));
        return list;
    }

    private void add(Write write) throws InvalidSpec {
        String value = write.value().strip();
        switch (String.valueOf(write.file().getFileName())) {
            case "cpu.weight" -> number("CPUWeight", value, 0, write);
            case "cpu.idle" -> {
                if (value.equals("1")) {
                    // since systemd 252
                    properties.put("CPUWeight", new Value.Number(0));
                } else {
                    // what the kernel gives a group that stops being idle
                    properties.putIfAbsent("CPUWeight", new Value.Number(DEFAULT_WEIGHT));
                }
            }
            case "cpu.max" -> quota(value.split("\\s+"), write);
            case "cpuset.cpus" -> properties.put("AllowedCPUs", bits(value, write));
            case "cpuset.mems" -> properties.put("AllowedMemoryNodes", bits(value, write));
            case "memory.max" -> number("MemoryMax", value, ROOM_FOR_SHIM, write);
            case "memory.high" -> number("MemoryHigh", value, ROOM_FOR_SHIM, write);
            case "memory.low" -> number("MemoryLow", value, 0, write);
            case "memory.min" -> number("MemoryMin", value, 0, write);
            case "memory.swap.max" -> number("MemorySwapMax", value, 0, write);
            case "pids.max" -> number("TasksMax", value, 1, write);
            case "io.weight" -> {
                if (value.startsWith("default ")) {
                    number("IOWeight", value.substring("default ".length()), 0, write);
                }
            }
            default -> {} // the group's alone
        }
    }

    private void quota(String[] words, Write write) throws InvalidSpec {
        long period = words.length > 1 ? parse(words[1], write) : DEFAULT_PERIOD;
        long quota = parse(words[0], write);
        if (quota != INFINITY) {
            long perSecond = Math.multiplyExact(quota, SECOND) / period;
            quota = (perSecond + QUOTA_STEP - 1) / QUOTA_STEP * QUOTA_STEP;
        }
        properties.put("CPUQuotaPerSecUSec", new Value.Number(quota));
        properties.put("CPUQuotaPeriodUSec", new Value.Number(period == DEFAULT_PERIOD ? INFINITY : period));
    }

    private void number(String property, String text, long more, Write write) throws InvalidSpec {
        long value = parse(text, write);
        properties.put(property, new Value.Number(value == INFINITY ? INFINITY : value + more));
    }

    private static long parse(String text, Write write) throws InvalidSpec {
        if (text.equals("max")) {
            return INFINITY;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new InvalidSpec(
                    write.property(), text, "must be a number or max, so that systemd can be told the same");
        }
        return Long.parseLong(text);
    }

    /// A list such as `0-3,7` as bits, the lowest first.
    private static Value bits(String list, Write write) throws InvalidSpec {
        var bits = new java.util.BitSet();
        for (String part : list.split(",")) {
            String[] ends = part.strip().split("-", 2);
            int first = (int) parse(ends[0], write);
            int last = ends.length == 1 ? first : (int) parse(ends[1], write);
            if (first < 0 || last < first || last > 0xFFFF) {
                throw new InvalidSpec(write.property(), list, "must be a list such as 0-3,7");
            }
            bits.set(first, last + 1);
        }
        var bytes = new ArrayList<Integer>();
        for (byte one : bits.toByteArray()) {
            bytes.add(one & 0xFF);
        }
        return new Value.Bytes(bytes);
    }
}
