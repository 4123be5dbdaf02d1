package io.crij.server.nri;

import io.crij.cri.v1.LinuxContainerResources;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.oci.spec.LinuxResources.Pids;
import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.HugepageLimit;
import io.crij.server.nri.proto.LinuxCPU;
import io.crij.server.nri.proto.LinuxDeviceCgroup;
import io.crij.server.nri.proto.LinuxMemory;
import io.crij.server.nri.proto.LinuxPids;
import io.crij.server.nri.proto.LinuxResources;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Limits between NRI's words, the CRI's and those of runtime-spec.
final class LimitMessages {
    private LimitMessages() {}

    /// Zero and empty are absent in the CRI.
    static LinuxResources of(LinuxContainerResources limits) {
        var memory = LinuxMemory.newBuilder();
        if (limits.getMemoryLimitInBytes() != 0) {
            memory.setLimit(Optionals.of64(limits.getMemoryLimitInBytes()));
        }
        if (limits.getMemorySwapLimitInBytes() != 0) {
            memory.setSwap(Optionals.of64(limits.getMemorySwapLimitInBytes()));
        }
        var cpu = LinuxCPU.newBuilder().setCpus(limits.getCpusetCpus()).setMems(limits.getCpusetMems());
        if (limits.getCpuShares() != 0) {
            cpu.setShares(Optionals.ofU64(limits.getCpuShares()));
        }
        if (limits.getCpuQuota() != 0) {
            cpu.setQuota(Optionals.of64(limits.getCpuQuota()));
        }
        if (limits.getCpuPeriod() != 0) {
            cpu.setPeriod(Optionals.ofU64(limits.getCpuPeriod()));
        }
        var all = LinuxResources.newBuilder().setMemory(memory).setCpu(cpu).putAllUnified(limits.getUnifiedMap());
        limits.getHugepageLimitsList()
                .forEach(limit -> all.addHugepageLimits(HugepageLimit.newBuilder()
                        .setPageSize(limit.getPageSize())
                        .setLimit(limit.getLimit())));
        return all.build();
    }

    static LinuxResources of(io.crij.oci.spec.LinuxResources limits) {
        var all = LinuxResources.newBuilder()
                .setMemory(memory(limits.memory()))
                .setCpu(cpu(limits.cpu()))
                .putAllUnified(limits.unified());
        limits.hugepageLimits()
                .forEach(limit -> all.addHugepageLimits(
                        HugepageLimit.newBuilder().setPageSize(limit.pageSize()).setLimit(limit.limit())));
        limits.devices().forEach(rule -> all.addDevices(rule(rule)));
        @Nullable Long pids = limits.pids().limit();
        if (pids != null) {
            all.setPids(LinuxPids.newBuilder().setLimit(pids));
        }
        return all.build();
    }

    private static LinuxMemory memory(Memory memory) {
        var all = LinuxMemory.newBuilder();
        Optionals.ifPresent(memory.limit(), value -> all.setLimit(Optionals.of64(value)));
        Optionals.ifPresent(memory.reservation(), value -> all.setReservation(Optionals.of64(value)));
        Optionals.ifPresent(memory.swap(), value -> all.setSwap(Optionals.of64(value)));
        Optionals.ifPresent(memory.kernel(), value -> all.setKernel(Optionals.of64(value)));
        Optionals.ifPresent(memory.kernelTCP(), value -> all.setKernelTcp(Optionals.of64(value)));
        Optionals.ifPresent(memory.swappiness(), value -> all.setSwappiness(Optionals.ofU64(value)));
        Optionals.ifPresent(memory.disableOOMKiller(), value -> all.setDisableOomKiller(Optionals.of(value)));
        Optionals.ifPresent(memory.useHierarchy(), value -> all.setUseHierarchy(Optionals.of(value)));
        return all.build();
    }

    private static LinuxCPU cpu(Cpu cpu) {
        var all = LinuxCPU.newBuilder();
        Optionals.ifPresent(cpu.shares(), value -> all.setShares(Optionals.ofU64(value)));
        Optionals.ifPresent(cpu.quota(), value -> all.setQuota(Optionals.of64(value)));
        Optionals.ifPresent(cpu.period(), value -> all.setPeriod(Optionals.ofU64(value)));
        Optionals.ifPresent(cpu.realtimeRuntime(), value -> all.setRealtimeRuntime(Optionals.of64(value)));
        Optionals.ifPresent(cpu.realtimePeriod(), value -> all.setRealtimePeriod(Optionals.ofU64(value)));
        Optionals.ifPresent(cpu.cpus(), all::setCpus);
        Optionals.ifPresent(cpu.mems(), all::setMems);
        return all.build();
    }

    private static LinuxDeviceCgroup rule(DeviceCgroup rule) {
        var all = LinuxDeviceCgroup.newBuilder().setAllow(rule.allow());
        Optionals.ifPresent(rule.type(), type -> all.setType(type.toString()));
        Optionals.ifPresent(rule.major(), major -> all.setMajor(Optionals.of64(major)));
        Optionals.ifPresent(rule.minor(), minor -> all.setMinor(Optionals.of64(minor)));
        Optionals.ifPresent(rule.access(), all::setAccess);
        return all.build();
    }

    /// The part that the CRI has words for.
    static LinuxContainerResources cri(LinuxResources limits) {
        var all = LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(limits.getMemory().getLimit().getValue())
                .setMemorySwapLimitInBytes(limits.getMemory().getSwap().getValue())
                .setCpuShares(limits.getCpu().getShares().getValue())
                .setCpuQuota(limits.getCpu().getQuota().getValue())
                .setCpuPeriod(limits.getCpu().getPeriod().getValue())
                .setCpusetCpus(limits.getCpu().getCpus())
                .setCpusetMems(limits.getCpu().getMems())
                .putAllUnified(limits.getUnifiedMap());
        limits.getHugepageLimitsList()
                .forEach(limit -> all.addHugepageLimits(io.crij.cri.v1.HugepageLimit.newBuilder()
                        .setPageSize(limit.getPageSize())
                        .setLimit(limit.getLimit())));
        return all.build();
    }

    /// The part that it has none for, laid over limits.
    ///
    /// @param by the plugin, for messages
    static io.crij.oci.spec.LinuxResources withRest(
            io.crij.oci.spec.LinuxResources limits, LinuxResources wanted, String by) throws SandboxException {
        refuseClasses(wanted, by);
        var rules = new ArrayList<DeviceCgroup>();
        for (var rule : wanted.getDevicesList()) {
            rules.add(rule(rule, by));
        }
        var memory = wanted.getMemory();
        var cpu = wanted.getCpu();
        return limits.with(r -> {
            var m = r.memory;
            r.memory = new Memory(
                    m.limit(),
                    memory.hasReservation() ? (Long) memory.getReservation().getValue() : m.reservation(),
                    m.swap(),
                    memory.hasKernel() ? (Long) memory.getKernel().getValue() : m.kernel(),
                    memory.hasKernelTcp() ? (Long) memory.getKernelTcp().getValue() : m.kernelTCP(),
                    memory.hasSwappiness() ? (Long) memory.getSwappiness().getValue() : m.swappiness(),
                    memory.hasDisableOomKiller()
                            ? (Boolean) memory.getDisableOomKiller().getValue()
                            : m.disableOOMKiller(),
                    memory.hasUseHierarchy()
                            ? (Boolean) memory.getUseHierarchy().getValue()
                            : m.useHierarchy(),
                    m.checkBeforeUpdate());
            var c = r.cpu;
            r.cpu = new Cpu(
                    c.shares(),
                    c.quota(),
                    c.burst(),
                    c.period(),
                    cpu.hasRealtimeRuntime() ? (Long) cpu.getRealtimeRuntime().getValue() : c.realtimeRuntime(),
                    cpu.hasRealtimePeriod() ? (Long) cpu.getRealtimePeriod().getValue() : c.realtimePeriod(),
                    c.cpus(),
                    c.mems(),
                    c.idle());
            if (wanted.hasPids()) {
                r.pids = new Pids(wanted.getPids().getLimit());
            }
            r.devices.addAll(rules);
        });
    }

    private static void refuseClasses(LinuxResources wanted, String by) throws SandboxException {
        if (wanted.hasBlockioClass() && !wanted.getBlockioClass().getValue().isEmpty()) {
            throw new SandboxException.Unsupported("NRI plugin " + by + " wants the block I/O class \""
                    + wanted.getBlockioClass().getValue()
                    + "\", but this runtime has no such classes; let the plugin set io.* files by unified instead");
        }
        if (wanted.hasRdtClass() && !wanted.getRdtClass().getValue().isEmpty()) {
            throw new SandboxException.Unsupported("NRI plugin " + by + " wants the RDT class \""
                    + wanted.getRdtClass().getValue() + "\", but this runtime does not manage resctrl");
        }
    }

    private static DeviceCgroup rule(LinuxDeviceCgroup rule, String by) throws SandboxException {
        return new DeviceCgroup(
                rule.getAllow(),
                rule.getType().isEmpty() ? null : deviceType(rule.getType(), by),
                rule.hasMajor() ? (Long) rule.getMajor().getValue() : null,
                rule.hasMinor() ? (Long) rule.getMinor().getValue() : null,
                rule.getAccess().isEmpty() ? null : rule.getAccess());
    }

    static DeviceType deviceType(String letter, String by) throws SandboxException.Refused {
        for (var type : DeviceType.values()) {
            if (type.toString().equals(letter)) {
                return type;
            }
        }
        throw new SandboxException.Refused(
                "NRI plugin " + by + " wants a device of type \"" + letter + "\", which is none of a, b, c, u, p");
    }
}
