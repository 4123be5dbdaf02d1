package io.crij.server.nri;

import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.Field;
import io.crij.server.nri.proto.HugepageLimit;
import io.crij.server.nri.proto.LinuxCPU;
import io.crij.server.nri.proto.LinuxMemory;
import io.crij.server.nri.proto.LinuxResources;
import java.util.LinkedHashMap;

/// Limits of a container in NRI's words: who sets them, and one over the other.
final class Limits {
    private Limits() {}

    /// Takes everything that is set here for a plugin.
    static void claim(LinuxResources wanted, Owners owners, String plugin) throws SandboxException.Refused {
        claimMemory(wanted.getMemory(), owners, plugin);
        claimCpu(wanted.getCpu(), owners, plugin);
        for (var limit : wanted.getHugepageLimitsList()) {
            owners.claim(Field.HugepageLimits, limit.getPageSize(), plugin);
        }
        for (var file : wanted.getUnifiedMap().keySet()) {
            owners.claim(Field.CgroupsUnified, file, plugin);
        }
        claim(wanted.hasBlockioClass(), Field.BlockioClass, owners, plugin);
        claim(wanted.hasRdtClass(), Field.RdtClass, owners, plugin);
        claim(wanted.hasPids(), Field.PidsLimit, owners, plugin);
    }

    private static void claimMemory(LinuxMemory memory, Owners owners, String plugin) throws SandboxException.Refused {
        claim(memory.hasLimit(), Field.MemLimit, owners, plugin);
        claim(memory.hasReservation(), Field.MemReservation, owners, plugin);
        claim(memory.hasSwap(), Field.MemSwapLimit, owners, plugin);
        claim(memory.hasKernel(), Field.MemKernelLimit, owners, plugin);
        claim(memory.hasKernelTcp(), Field.MemTCPLimit, owners, plugin);
        claim(memory.hasSwappiness(), Field.MemSwappiness, owners, plugin);
        claim(memory.hasDisableOomKiller(), Field.MemDisableOomKiller, owners, plugin);
        claim(memory.hasUseHierarchy(), Field.MemUseHierarchy, owners, plugin);
    }

    private static void claimCpu(LinuxCPU cpu, Owners owners, String plugin) throws SandboxException.Refused {
        claim(cpu.hasShares(), Field.CPUShares, owners, plugin);
        claim(cpu.hasQuota(), Field.CPUQuota, owners, plugin);
        claim(cpu.hasPeriod(), Field.CPUPeriod, owners, plugin);
        claim(cpu.hasRealtimeRuntime(), Field.CPURealtimeRuntime, owners, plugin);
        claim(cpu.hasRealtimePeriod(), Field.CPURealtimePeriod, owners, plugin);
        claim(!cpu.getCpus().isEmpty(), Field.CPUSetCPUs, owners, plugin);
        claim(!cpu.getMems().isEmpty(), Field.CPUSetMems, owners, plugin);
    }

    private static void claim(boolean set, Field field, Owners owners, String plugin) throws SandboxException.Refused {
        if (set) {
            owners.claim(field, plugin);
        }
    }

    /// What is set in `change` replaces what is there; rules for devices are added.
    static LinuxResources over(LinuxResources base, LinuxResources change) {
        var all = base.toBuilder();
        all.setMemory(memory(base.getMemory(), change.getMemory()));
        all.setCpu(cpu(base.getCpu(), change.getCpu()));
        var pages = new LinkedHashMap<String, HugepageLimit>();
        base.getHugepageLimitsList().forEach(limit -> pages.put(limit.getPageSize(), limit));
        change.getHugepageLimitsList().forEach(limit -> pages.put(limit.getPageSize(), limit));
        all.clearHugepageLimits().addAllHugepageLimits(pages.values());
        all.putAllUnified(change.getUnifiedMap());
        all.addAllDevices(change.getDevicesList());
        if (change.hasBlockioClass()) {
            all.setBlockioClass(change.getBlockioClass());
        }
        if (change.hasRdtClass()) {
            all.setRdtClass(change.getRdtClass());
        }
        if (change.hasPids()) {
            all.setPids(change.getPids());
        }
        return all.build();
    }

    private static LinuxMemory memory(LinuxMemory base, LinuxMemory change) {
        var all = base.toBuilder();
        if (change.hasLimit()) {
            all.setLimit(change.getLimit());
        }
        if (change.hasReservation()) {
            all.setReservation(change.getReservation());
        }
        if (change.hasSwap()) {
            all.setSwap(change.getSwap());
        }
        if (change.hasKernel()) {
            all.setKernel(change.getKernel());
        }
        if (change.hasKernelTcp()) {
            all.setKernelTcp(change.getKernelTcp());
        }
        if (change.hasSwappiness()) {
            all.setSwappiness(change.getSwappiness());
        }
        if (change.hasDisableOomKiller()) {
            all.setDisableOomKiller(change.getDisableOomKiller());
        }
        if (change.hasUseHierarchy()) {
            all.setUseHierarchy(change.getUseHierarchy());
        }
        return all.build();
    }

    private static LinuxCPU cpu(LinuxCPU base, LinuxCPU change) {
        var all = base.toBuilder();
        if (change.hasShares()) {
            all.setShares(change.getShares());
        }
        if (change.hasQuota()) {
            all.setQuota(change.getQuota());
        }
        if (change.hasPeriod()) {
            all.setPeriod(change.getPeriod());
        }
        if (change.hasRealtimeRuntime()) {
            all.setRealtimeRuntime(change.getRealtimeRuntime());
        }
        if (change.hasRealtimePeriod()) {
            all.setRealtimePeriod(change.getRealtimePeriod());
        }
        if (!change.getCpus().isEmpty()) {
            all.setCpus(change.getCpus());
        }
        if (!change.getMems().isEmpty()) {
            all.setMems(change.getMems());
        }
        return all.build();
    }
}
