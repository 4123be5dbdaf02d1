package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CgroupPlacesTest {
    private static final String SLICE = "/kubepods.slice/kubepods-pod1.slice";

    @Test
    void theParentSaysWhoMakesIt() {
        assertEquals("/kubepods/pod1/0a", CgroupPlaces.of("/kubepods/pod1", "0a"));
        assertEquals(SLICE + "/crij-0a.scope", CgroupPlaces.of(SLICE, "0a"));
    }

    @Test
    void runtimesAreToldInTheFormThatTheyKnow() {
        assertEquals("/kubepods/pod1/0a", CgroupPlaces.cgroupsPath("/kubepods/pod1/0a"));
        assertEquals("kubepods-pod1.slice:crij:0a", CgroupPlaces.cgroupsPath(SLICE + "/crij-0a.scope"));
    }

    @Test
    void bothFormsLeadToThePath() {
        assertEquals("/kubepods/pod1/0a", CgroupPlaces.path("/kubepods/pod1/0a"));
        assertEquals(SLICE + "/crij-0a.scope", CgroupPlaces.path("kubepods-pod1.slice:crij:0a"));
        assertThrows(IllegalArgumentException.class, () -> CgroupPlaces.path("a:b"));
    }
}
