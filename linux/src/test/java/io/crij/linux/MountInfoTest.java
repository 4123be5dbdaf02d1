package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MountInfoTest {
    @Test
    void readsALineWithOptionalFieldsAndEscapes() {
        MountInfo mount = MountInfo.parse(
                        "36 35 98:0 /mnt1 /a\\040b\\134c ro,noatime shared:7 master:1 - ext3 /dev/root rw,errors=continue\n")
                .getFirst();
        assertEquals(36, mount.id());
        assertEquals(35, mount.parent());
        assertEquals(new Device(98, 0), mount.device());
        assertEquals("/mnt1", mount.root());
        assertEquals("/a b\\c", mount.mountPoint());
        assertEquals(List.of("shared:7", "master:1"), mount.propagation());
        assertEquals("ext3", mount.type());
        assertEquals("/dev/root", mount.source());
        assertEquals(List.of("rw", "errors=continue"), mount.superOptions());
        assertTrue(mount.isReadOnly());
    }

    @Test
    void anEmptySourceIsKept() {
        MountInfo mount = MountInfo.parse("1 0 0:5 / /x rw - tmpfs  rw").getFirst();
        assertEquals("", mount.source());
        assertEquals(List.of(), mount.propagation());
    }

    @Test
    void anUnknownFormIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> MountInfo.parse("1 0 0:5 / /x rw tmpfs"));
    }

    @Test
    void thisProcessHasProc() throws Exception {
        assertTrue(MountInfo.ofSelf().stream()
                .anyMatch(mount ->
                        mount.mountPoint().equals("/proc") && mount.type().equals("proc")));
    }
}
