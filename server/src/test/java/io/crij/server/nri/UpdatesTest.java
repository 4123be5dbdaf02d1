package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.ContainerUpdate;
import io.crij.server.nri.proto.LinuxCPU;
import io.crij.server.nri.proto.LinuxContainerUpdate;
import io.crij.server.nri.proto.LinuxResources;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdatesTest {
    private final Updates updates = new Updates("subject");

    private static ContainerUpdate shares(String container, long shares, boolean mayFail) {
        return ContainerUpdate.newBuilder()
                .setContainerId(container)
                .setIgnoreFailure(mayFail)
                .setLinux(LinuxContainerUpdate.newBuilder()
                        .setResources(LinuxResources.newBuilder()
                                .setCpu(LinuxCPU.newBuilder().setShares(Optionals.ofU64(shares)))))
                .build();
    }

    private static ContainerUpdate cpus(String container, String cpus) {
        return ContainerUpdate.newBuilder()
                .setContainerId(container)
                .setIgnoreFailure(true)
                .setLinux(LinuxContainerUpdate.newBuilder()
                        .setResources(LinuxResources.newBuilder()
                                .setCpu(LinuxCPU.newBuilder().setCpus(cpus))))
                .build();
    }

    @Test
    void subjectIsToldApartFromOthers() throws Exception {
        updates.add("1-a", List.of(shares("subject", 5, false), shares("other", 6, false)));
        assertTrue(updates.concernsSubject());
        assertEquals(5, updates.ofSubject().getCpu().getShares().getValue());
        assertEquals(
                List.of("other"),
                updates.others().stream().map(Updates.Update::container).toList());
    }

    @Test
    void differentLimitsOfOneContainerComeTogetherAndMustNotFailIfOneMustNot() throws Exception {
        updates.add("1-a", List.of(shares("other", 6, false)));
        updates.add("2-b", List.of(cpus("other", "0-1")));
        var update = updates.others().getFirst();
        assertEquals(6, update.limits().getCpu().getShares().getValue());
        assertEquals("0-1", update.limits().getCpu().getCpus());
        assertEquals("1-a,2-b", update.by());
        assertFalse(update.mayFail());
    }

    @Test
    void sameLimitOfTwoPluginsIsAConflictUnlessTheLaterMayFail() throws Exception {
        updates.add("1-a", List.of(shares("other", 6, false)));
        assertThrows(SandboxException.Refused.class, () -> updates.add("2-b", List.of(shares("other", 7, false))));
        updates.add("2-b", List.of(shares("other", 7, true)));
        assertEquals(
                6, updates.others().getFirst().limits().getCpu().getShares().getValue());
    }
}
