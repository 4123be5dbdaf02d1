package io.crij.server.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crij.cri.v1.LinuxContainerResources;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.sandbox.ResourceChange;
import io.crij.sandbox.SandboxException;
import org.junit.jupiter.api.Test;

class ResourceLimitsTest {
    private static final long MIB = 1 << 20;

    private final ResourceLimits limits = new ResourceLimits(Requests.HOST);

    @Test
    void memoryAloneIsChangedWithoutSwap() throws Exception {
        var memory = memory(limits(20, 0), limits(10, 0));
        assertEquals(20 * MIB, memory.limit());
        assertEquals(20 * MIB, memory.swap());
    }

    @Test
    void grantedSwapStaysAndNeverFallsBelowMemory() throws Exception {
        assertEquals(50 * MIB, memory(limits(20, 0), limits(10, 50)).swap());
        var step = change(limits(60, 0), limits(10, 50));
        assertEquals(60 * MIB, step.kernel().memory().swap());
        assertEquals(60 * MIB, step.update().memorySwapLimit());
        assertEquals(
                -1,
                memory(
                                limits(60, 0),
                                limits(10, 0).toBuilder()
                                        .setMemorySwapLimitInBytes(-1)
                                        .build())
                        .swap());
    }

    @Test
    void swapAloneIsCountedOnTopOfTheMemoryInForce() throws Exception {
        var memory = memory(limits(0, 50), limits(10, 10));
        assertEquals(10 * MIB, memory.limit());
        assertEquals(50 * MIB, memory.swap());
        assertThrows(SandboxException.Invalid.class, () -> change(limits(0, 5), limits(10, 10)));
        assertThrows(SandboxException.Invalid.class, () -> change(limits(0, 5), limits(0, 0)));
    }

    @Test
    void memoryWithoutLimitHasSwapWithoutLimit() throws Exception {
        var memory = memory(
                LinuxContainerResources.newBuilder().setMemoryLimitInBytes(-1).build(), limits(10, 10));
        assertEquals(-1, memory.limit());
        assertEquals(-1, memory.swap());
    }

    @Test
    void whatIsNotNamedStays() throws Exception {
        var step = change(LinuxContainerResources.newBuilder().setCpuShares(5).build(), limits(10, 10));
        assertEquals(5, step.kernel().cpu().shares());
        assertNull(step.kernel().cpu().quota());
        assertNull(step.kernel().memory().limit());
        assertNull(step.kernel().memory().swap());
    }

    @Test
    void wrongValuesAreRefused() {
        var wrong = LinuxContainerResources.newBuilder().setOomScoreAdj(-1001).build();
        assertThrows(SandboxException.Invalid.class, () -> change(wrong, limits(0, 0)));
        var overflow = LinuxContainerResources.newBuilder()
                .setOomScoreAdj(Long.MIN_VALUE)
                .build();
        assertThrows(SandboxException.Invalid.class, () -> change(overflow, limits(0, 0)));
    }

    private Memory memory(LinuxContainerResources request, LinuxContainerResources now) throws SandboxException {
        return change(request, now).kernel().memory();
    }

    private ResourceChange.Step change(LinuxContainerResources request, LinuxContainerResources now)
            throws SandboxException {
        return limits.change(request, now);
    }

    private static LinuxContainerResources limits(long memory, long swap) {
        return LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(memory * MIB)
                .setMemorySwapLimitInBytes(swap * MIB)
                .build();
    }
}
