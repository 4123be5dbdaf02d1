package io.crij.linux.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeNameTest {
    @Test
    void dashesLeadDown() {
        assertEquals(
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice",
                UnitName.pathOfSlice("kubepods-burstable-pod1_2.slice"));
        assertEquals("/a.slice", UnitName.pathOfSlice("a.slice"));
        assertEquals("", UnitName.pathOfSlice("-.slice"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", ".slice", "-a.slice", "a-.slice", "a--b.slice", "a/b.slice", "../x.slice"})
    void refusesWhatIsNoSlice(String name) {
        assertThrows(IllegalArgumentException.class, () -> UnitName.pathOfSlice(name));
    }

    @Test
    void threePartsAreAScope() {
        var scope = ScopeName.parse("system.slice:crij:web");
        assertEquals("crij-web.scope", scope.unit());
        assertEquals("/system.slice/crij-web.scope", scope.path());
        assertEquals("system.slice:crij:web", scope.cgroupsPath());
        assertEquals("/system.slice/web.scope", ScopeName.parse("::web").path());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "a.slice:b:", "a:b:c", "a.slice:b:c:d", "a.slice:b:c.slice", "a.slice:b:c+d"})
    void refusesOtherParts(String path) {
        assertThrows(IllegalArgumentException.class, () -> ScopeName.parse(path));
    }

    @Test
    void pathsAreForTheFileSystem() {
        assertTrue(ScopeName.isMeantBy("system.slice:crij:web"));
        assertFalse(ScopeName.isMeantBy("/system.slice/a:b:c"));
        assertFalse(ScopeName.isMeantBy("web"));
    }

    @Test
    void pathLeadsBackToTheName() {
        var scope = ScopeName.of("kubepods-besteffort-pod1.slice", "0a1b");
        assertEquals(Optional.of(scope), ScopeName.ofPath(scope.path()));
        assertEquals(Optional.empty(), ScopeName.ofPath("/kubepods/pod1/0a1b"));
        assertEquals(Optional.empty(), ScopeName.ofPath("/other/kubepods-besteffort-pod1.slice/crij-0a1b.scope"));
        assertEquals(scope, ScopeName.parse(scope.cgroupsPath()));
    }

    @Test
    void objectPathsAreEscaped() {
        assertEquals("/org/freedesktop/systemd1/unit/crij_2d1_2escope", UnitName.objectPath("crij-1.scope"));
        assertEquals("/org/freedesktop/systemd1/unit/_31", UnitName.objectPath("1"));
    }
}
