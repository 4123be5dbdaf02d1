package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelFeaturesTest {
    @Test
    void aKernelAboveTheFloorHasWhatIsRequired() throws Exception {
        assumeTrue(Self.uid() == 0, "some are denied to users");
        KernelFeatures features = KernelFeatures.probe();
        assumeTrue(
                features.version().compareTo(KernelFeatures.FLOOR) >= 0,
                "kernel older than 5.14: " + features.version());
        assertEquals(Set.of(), features.missing());
        assertTrue(features.seccompActions().contains("allow"));
    }

    @Test
    void versionsCompareByNumber() {
        KernelVersion version = KernelVersion.parse("6.1.0-41-cloud-amd64");
        assertEquals(new KernelVersion(6, 1, 0), version);
        assertTrue(version.atLeast(5, 19));
        assertTrue(version.atLeast(6, 1));
        assertFalse(version.atLeast(6, 2));
        assertEquals(new KernelVersion(6, 18, 0), KernelVersion.parse("6.18"));
        assertThrows(IllegalArgumentException.class, () -> KernelVersion.parse("Linux"));
    }
}
