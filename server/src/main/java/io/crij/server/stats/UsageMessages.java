package io.crij.server.stats;

import static io.crij.server.stats.FileText.NONE;

import io.crij.cri.v1.CpuUsage;
import io.crij.cri.v1.IoUsage;
import io.crij.cri.v1.MemoryUsage;
import io.crij.cri.v1.ProcessUsage;
import io.crij.cri.v1.PsiData;
import io.crij.cri.v1.PsiStats;
import io.crij.cri.v1.SwapUsage;
import io.crij.cri.v1.UInt64Value;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Usage in the words of the schema. What the kernel does not tell is absent, which is not the same as zero.
final class UsageMessages {
    private UsageMessages() {}

    static CpuUsage cpu(CgroupUsage usage, OptionalLong rate, long timestamp) {
        var message = CpuUsage.newBuilder().setTimestamp(timestamp);
        set(usage.cpuNanos(), message::setUsageCoreNanoSeconds);
        rate.ifPresent(nanoCores -> message.setUsageNanoCores(value(nanoCores)));
        if (usage.cpuPressure() != null) {
            message.setPsi(pressure(usage.cpuPressure()));
        }
        return message.build();
    }

    static MemoryUsage memory(CgroupUsage usage, long timestamp) {
        var message = MemoryUsage.newBuilder().setTimestamp(timestamp);
        set(usage.memory(), message::setUsageBytes);
        set(usage.workingSet(), message::setWorkingSetBytes);
        set(usage.rss(), message::setRssBytes);
        set(usage.pageFaults(), message::setPageFaults);
        set(usage.majorPageFaults(), message::setMajorPageFaults);
        set(left(usage.memoryLimit(), usage.workingSet()), message::setAvailableBytes);
        if (usage.memoryPressure() != null) {
            message.setPsi(pressure(usage.memoryPressure()));
        }
        return message.build();
    }

    static SwapUsage swap(CgroupUsage usage, long timestamp) {
        var message = SwapUsage.newBuilder().setTimestamp(timestamp);
        set(usage.swap(), message::setSwapUsageBytes);
        set(left(usage.swapLimit(), usage.swap()), message::setSwapAvailableBytes);
        return message.build();
    }

    /// There is nothing in it but pressure.
    static Optional<IoUsage> io(CgroupUsage usage, long timestamp) {
        return Optional.ofNullable(usage.ioPressure())
                .map(pressure -> IoUsage.newBuilder()
                        .setTimestamp(timestamp)
                        .setPsi(pressure(pressure))
                        .build());
    }

    static ProcessUsage processes(long count, long timestamp) {
        return ProcessUsage.newBuilder()
                .setTimestamp(timestamp)
                .setProcessCount(value(count))
                .build();
    }

    private static long left(long limit, long used) {
        return limit == NONE || used == NONE ? NONE : Math.max(0, limit - used);
    }

    private static void set(long number, Consumer<UInt64Value> setter) {
        if (number != NONE) {
            setter.accept(value(number));
        }
    }

    static UInt64Value value(long number) {
        return UInt64Value.newBuilder().setValue(number).build();
    }

    private static PsiStats pressure(Pressure pressure) {
        return PsiStats.newBuilder()
                .setSome(line(pressure.some()))
                .setFull(line(pressure.full()))
                .build();
    }

    private static PsiData line(Pressure.Line line) {
        return PsiData.newBuilder()
                .setTotal(line.totalMicros())
                .setAvg10(line.avg10())
                .setAvg60(line.avg60())
                .setAvg300(line.avg300())
                .build();
    }
}
