package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PlatformTest {
    @Test
    void namesOfArchitecturesAreGos() {
        assertEquals(new Platform("linux", "amd64", ""), new Platform("linux", "x86_64", "v1"));
        assertEquals(new Platform("linux", "arm64", "v8"), new Platform("linux", "aarch64", ""));
        assertEquals("linux/arm/v7", new Platform("linux", "arm", "v7").toString());
    }

    @Test
    void olderArmRunsOnArm64ButNotTheOtherWayRound() {
        Platform arm64 = new Platform("linux", "arm64", "");
        assertEquals(arm64, arm64.runnable().getFirst());
        assertTrue(arm64.runnable().contains(new Platform("linux", "arm", "v7")));
        assertFalse(new Platform("linux", "arm", "v6").runnable().contains(new Platform("linux", "arm", "v7")));
    }
}
