package io.crij.oci.cgroup;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.LinuxResources.BlockIO;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.Memory;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Values that no kernel takes are refused before anything is made.
final class Check {
    private static final Pattern LIST = Pattern.compile("[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*");
    private static final Pattern PAGE_SIZE = Pattern.compile("[1-9][0-9]*[KMGTP]B");
    private static final long SHORTEST_PERIOD = 1_000;
    private static final long LONGEST_PERIOD = 1_000_000;

    private Check() {}

    static void cpu(Cpu cpu) throws InvalidSpec {
        notNegative("cpu.shares", cpu.shares());
        notNegative("cpu.burst", cpu.burst());
        atLeast("cpu.quota", cpu.quota(), -1);
        @Nullable Long period = cpu.period();
        if (period != null && period != 0 && (period < SHORTEST_PERIOD || period > LONGEST_PERIOD)) {
            throw invalid("cpu.period", period, "must be 1000 to 1000000 microseconds");
        }
        @Nullable Long idle = cpu.idle();
        if (idle != null && idle != 0 && idle != 1) {
            throw invalid("cpu.idle", idle, "must be 0 or 1");
        }
        list("cpu.cpus", cpu.cpus());
        list("cpu.mems", cpu.mems());
    }

    static void memory(Memory memory) throws InvalidSpec {
        atLeast("memory.limit", memory.limit(), -1);
        atLeast("memory.reservation", memory.reservation(), -1);
        atLeast("memory.swap", memory.swap(), -1);
        @Nullable Long swappiness = memory.swappiness();
        if (swappiness != null && (swappiness < 0 || swappiness > 100)) {
            throw invalid("memory.swappiness", swappiness, "must be 0 to 100");
        }
        @Nullable Long limit = memory.limit();
        @Nullable Long swap = memory.swap();
        if (limit != null && swap != null && swap > 0 && limit > swap) {
            throw invalid("memory.swap", swap, "is memory and swap together, so at least memory.limit, " + limit);
        }
        if (limit != null && limit < 0 && swap != null && swap > 0) {
            throw invalid("memory.swap", swap, "cannot be limited while memory.limit is -1");
        }
    }

    static void blockIO(BlockIO io) throws InvalidSpec {
        weight("blockIO.weight", io.weight());
        weight("blockIO.leafWeight", io.leafWeight());
        for (var device : io.weightDevice()) {
            weight("blockIO.weightDevice.weight", device.weight());
            weight("blockIO.weightDevice.leafWeight", device.leafWeight());
        }
    }

    static String pageSize(String size) throws InvalidSpec {
        if (!PAGE_SIZE.matcher(size).matches()) {
            throw invalid("hugepageLimits.pageSize", size, "must be like 2MB or 1GB");
        }
        return size;
    }

    private static void weight(String property, @Nullable Integer weight) throws InvalidSpec {
        if (weight != null && weight != 0 && (weight < 10 || weight > 1000)) {
            throw invalid(property, weight, "must be 10 to 1000");
        }
    }

    private static void list(String property, @Nullable String list) throws InvalidSpec {
        if (list != null && !list.isEmpty() && !LIST.matcher(list.strip()).matches()) {
            throw invalid(property, list, "must be a list such as 0-3,7");
        }
    }

    private static void notNegative(String property, @Nullable Long value) throws InvalidSpec {
        atLeast(property, value, 0);
    }

    private static void atLeast(String property, @Nullable Long value, long least) throws InvalidSpec {
        if (value != null && value < least) {
            throw invalid(property, value, "must be " + least + " or more");
        }
    }

    private static InvalidSpec invalid(String property, Object value, String reason) {
        return new InvalidSpec("linux.resources." + property, value.toString(), reason);
    }
}
