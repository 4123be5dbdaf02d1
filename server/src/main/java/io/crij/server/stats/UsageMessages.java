package io.crij.server.stats;

import io.crij.cri.v1.CpuUsage;
import io.crij.cri.v1.IoUsage;
import io.crij.cri.v1.MemoryUsage;
import io.crij.cri.v1.ProcessUsage;
import io.crij.cri.v1.PsiData;
import io.crij.cri.v1.PsiStats;
import io.crij.cri.v1.SwapUsage;
import io.crij.cri.v1.UInt64Value;
import java.util.OptionalLong;

/// Usage in the words of the schema.
final class UsageMessages {
    private UsageMessages() {}

    static CpuUsage cpu(CgroupUsage usage, OptionalLong rate, long timestamp) {
        var message = CpuUsage.newBuilder().setTimestamp(timestamp).setUsageCoreNanoSeconds(value(usage.cpuNanos()));
        rate.ifPresent(nanoCores -> message.setUsageNanoCores(value(nanoCores)));
        usage.cpuPressure().map(UsageMessages::pressure).ifPresent(message::setPsi);
        return message.build();
    }

    static MemoryUsage memory(CgroupUsage usage, long timestamp) {
        var message = MemoryUsage.newBuilder()
                .setTimestamp(timestamp)
                .setUsageBytes(value(usage.memory()))
                .setWorkingSetBytes(value(usage.workingSet()))
                .setRssBytes(value(usage.rss()))
                .setPageFaults(value(usage.pageFaults()))
                .setMajorPageFaults(value(usage.majorPageFaults()));
        usage.memoryLimit()
                .ifPresent(limit -> message.setAvailableBytes(value(Math.max(0, limit - usage.workingSet()))));
        usage.memoryPressure().map(UsageMessages::pressure).ifPresent(message::setPsi);
        return message.build();
    }

    static SwapUsage swap(CgroupUsage usage, long timestamp) {
        var message = SwapUsage.newBuilder().setTimestamp(timestamp);
        usage.swap().ifPresent(used -> {
            message.setSwapUsageBytes(value(used));
            usage.swapLimit().ifPresent(limit -> message.setSwapAvailableBytes(value(Math.max(0, limit - used))));
        });
        return message.build();
    }

    static IoUsage io(CgroupUsage usage, long timestamp) {
        var message = IoUsage.newBuilder().setTimestamp(timestamp);
        usage.ioPressure().map(UsageMessages::pressure).ifPresent(message::setPsi);
        return message.build();
    }

    static ProcessUsage processes(CgroupUsage usage, long timestamp) {
        return ProcessUsage.newBuilder()
                .setTimestamp(timestamp)
                .setProcessCount(value(usage.processes().orElse(0)))
                .build();
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
