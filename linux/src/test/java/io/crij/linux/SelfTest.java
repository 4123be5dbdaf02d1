package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelfTest {
    @Test
    void pidIsTheJvms() throws Exception {
        assertEquals(ProcessHandle.current().pid(), Self.pid());
        assertTrue(Self.processors().cardinality() >= 1);
    }

    @Test
    void subreaperIsSetAndTaken() throws Exception {
        assertFalse(Self.isSubreaper());
        Self.subreaper(true);
        try {
            assertTrue(Self.isSubreaper());
        } finally {
            Self.subreaper(false);
        }
    }

    @Test
    void theBoundingSetIsTheSameFromTheKernelAndFromProc() throws Exception {
        Capabilities own = Capabilities.ofSelf();
        for (Capability capability : EnumSet.allOf(Capability.class)) {
            assertEquals(own.bounding().contains(capability), Self.bounding(capability), capability.title());
        }
        assertTrue(own.permitted().containsAll(own.effective()));
    }

    @Test
    void capabilitiesHaveNamesNumbersAndMasks() {
        assertEquals(21, Capability.SYS_ADMIN.number());
        assertEquals(40, Capability.CHECKPOINT_RESTORE.number());
        assertEquals(Optional.of(Capability.NET_RAW), Capability.parse("cap_net_raw"));
        assertEquals(Optional.of(Capability.NET_RAW), Capability.parse("NET_RAW"));
        assertTrue(Capability.parse("CAP_NO").isEmpty());
        EnumSet<Capability> all = EnumSet.allOf(Capability.class);
        assertEquals((1L << 41) - 1, Capability.mask(all));
        assertEquals(all, Capability.ofMask(-1L));
    }

    @Test
    void theSoftLimitOfFilesCanBeLowered() throws Exception {
        ResourceLimit before = ResourceLimit.of(0, ResourceLimit.Kind.NOFILE);
        long half = before.soft() >>> 1;
        try {
            new ResourceLimit(half, before.hard()).applyTo(0, ResourceLimit.Kind.NOFILE);
            assertEquals(
                    new ResourceLimit(half, before.hard()), ResourceLimit.of(Self.pid(), ResourceLimit.Kind.NOFILE));
        } finally {
            before.applyTo(0, ResourceLimit.Kind.NOFILE);
        }
    }
}
