package io.crij.server.spec;

import io.crij.cri.v1.LinuxContainerResources;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.HugepageLimit;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.oci.spec.LinuxResources.Pids;
import io.crij.sandbox.ResourceChange;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.Resources;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Limits of the CRI as limits of runtime-spec; zero and empty mean "not given" in the one and are absent in the other.
public final class ResourceLimits {
    /// Below this a program cannot even be loaded.
    private static final long LEAST_MEMORY = 512 << 10;

    private static final long UNLIMITED = -1;
    private static final long LARGEST_ADJUSTMENT = 1000;

    private final HostFeatures host;

    public ResourceLimits(HostFeatures host) {
        this.host = host;
    }

    /// For a new container: what is not limited is not, and memory limits leave no swap unless some is granted.
    ///
    /// @param pidsLimit 0 is none
    LinuxResources forCreate(LinuxContainerResources request, long pidsLimit) throws SandboxException {
        check(request);
        checkSwap(request);
        return limits(request).with(r -> r.pids = new Pids(pidsLimit == 0 ? null : (Long) pidsLimit));
    }

    /// For an update: what is absent stays as it is, except that memory and swap must go on to fit each other.
    ///
    /// @param now the limits in force
    public ResourceChange.Step change(LinuxContainerResources request, LinuxContainerResources now)
            throws SandboxException {
        check(request);
        var whole = withMatchingSwap(request, now);
        checkSwap(whole);
        return new ResourceChange.Step(Resources.of(whole), limits(whole));
    }

    /// Memory and swap count together in the request, so that neither can be changed without a look at the other.
    private LinuxContainerResources withMatchingSwap(LinuxContainerResources request, LinuxContainerResources now) {
        long limit = request.getMemoryLimitInBytes();
        long swap = request.getMemorySwapLimitInBytes();
        long swapNow = now.getMemorySwapLimitInBytes();
        var whole = request.toBuilder();
        if (limit == UNLIMITED && swap == 0 && host.swap()) {
            whole.setMemorySwapLimitInBytes(UNLIMITED);
        } else if (limit > 0 && swap == 0 && swapNow != 0) {
            whole.setMemorySwapLimitInBytes(swapNow == UNLIMITED ? UNLIMITED : Math.max(swapNow, limit));
        } else if (limit == 0 && swap > 0) {
            whole.setMemoryLimitInBytes(now.getMemoryLimitInBytes());
        }
        return whole.build();
    }

    private LinuxResources limits(LinuxContainerResources request) throws SandboxException {
        var hugepages = hugepages(request);
        return LinuxResources.NONE.with(r -> {
            r.cpu = cpu(request);
            r.memory = memory(request);
            r.hugepageLimits = hugepages;
            r.unified = request.getUnifiedMap();
        });
    }

    private static LinuxResources.Cpu cpu(LinuxContainerResources request) {
        return new LinuxResources.Cpu(
                orNull(request.getCpuShares()),
                orNull(request.getCpuQuota()),
                null,
                orNull(request.getCpuPeriod()),
                null,
                null,
                request.getCpusetCpus().isEmpty() ? null : request.getCpusetCpus(),
                request.getCpusetMems().isEmpty() ? null : request.getCpusetMems(),
                null);
    }

    private Memory memory(LinuxContainerResources request) {
        long limit = request.getMemoryLimitInBytes();
        long swap = request.getMemorySwapLimitInBytes();
        if (limit == 0 && swap == 0) {
            return Memory.NONE;
        }
        // the same number for memory and swap together: no swap
        Long together = swap != 0 ? (Long) swap : host.swap() && limit > 0 ? (Long) limit : null;
        return Memory.of(orNull(limit), together);
    }

    private List<HugepageLimit> hugepages(LinuxContainerResources request) throws SandboxException {
        for (var limit : request.getHugepageLimitsList()) {
            if (!limit.getPageSize().matches("\\d+[KMG]B")) {
                throw invalid("hugepage_limits.page_size", limit.getPageSize(), "not a page size such as 2MB");
            }
            if (!host.hugetlb() && limit.getLimit() > 0) {
                throw new SandboxException.Unsupported("the container asks for huge pages of " + limit.getPageSize()
                        + " but this node has no hugetlb cgroup controller; enable it or run the pod elsewhere");
            }
        }
        // the kubelet sends a zero for every page size of the node
        return host.hugetlb()
                ? request.getHugepageLimitsList().stream()
                        .map(limit -> new HugepageLimit(limit.getPageSize(), limit.getLimit()))
                        .toList()
                : List.of();
    }

    private void check(LinuxContainerResources request) throws SandboxException {
        notNegative("cpu_shares", request.getCpuShares());
        notNegative("cpu_period", request.getCpuPeriod());
        atLeastUnlimited("cpu_quota", request.getCpuQuota());
        atLeastUnlimited("memory_limit_in_bytes", request.getMemoryLimitInBytes());
        atLeastUnlimited("memory_swap_limit_in_bytes", request.getMemorySwapLimitInBytes());
        long memory = request.getMemoryLimitInBytes();
        if (memory > 0 && memory < LEAST_MEMORY) {
            throw invalid("memory_limit_in_bytes", "" + memory, "must be at least " + LEAST_MEMORY);
        }
        long adjustment = request.getOomScoreAdj();
        if (adjustment < -LARGEST_ADJUSTMENT || adjustment > LARGEST_ADJUSTMENT) {
            throw invalid("oom_score_adj", "" + adjustment, "must be from -1000 to 1000");
        }
        if (!request.getUnifiedMap().isEmpty() && !host.cgroupV2()) {
            throw new SandboxException.Unsupported("the container sets cgroup v2 files ("
                    + String.join(", ", request.getUnifiedMap().keySet())
                    + ") but this node has its controllers on cgroup v1; boot it with"
                    + " systemd.unified_cgroup_hierarchy=1");
        }
        for (var file : request.getUnifiedMap().keySet()) {
            if (!file.matches("[a-z0-9_]+(\\.[A-Za-z0-9_]+)+")) {
                throw invalid("unified", file, "not the name of a cgroup v2 file such as memory.high");
            }
        }
    }

    private static void checkSwap(LinuxContainerResources request) throws SandboxException {
        long memory = request.getMemoryLimitInBytes();
        long swap = request.getMemorySwapLimitInBytes();
        if (swap > 0 && (memory <= 0 || swap < memory)) {
            throw invalid(
                    "memory_swap_limit_in_bytes",
                    "" + swap,
                    memory <= 0
                            ? "counts memory and swap together and so needs a memory_limit_in_bytes beside it"
                            : "counts memory and swap together and so must be at least memory_limit_in_bytes, "
                                    + memory);
        }
    }

    private static void notNegative(String field, long value) throws SandboxException {
        if (value < 0) {
            throw invalid(field, "" + value, "must not be negative");
        }
    }

    private static void atLeastUnlimited(String field, long value) throws SandboxException {
        if (value < UNLIMITED) {
            throw invalid(field, "" + value, "must be positive, or -1 for no limit");
        }
    }

    private static @Nullable Long orNull(long value) {
        return value == 0 ? null : (Long) value;
    }

    private static SandboxException invalid(String field, String value, String reason) {
        return new SandboxException.Invalid("linux.resources." + field, value, reason);
    }
}
