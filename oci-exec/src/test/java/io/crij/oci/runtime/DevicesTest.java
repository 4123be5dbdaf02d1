package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Device;
import io.crij.oci.spec.DeviceType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DevicesTest extends ContainerTest {
    private static final String DEFAULTS =
            "for d in null zero full random urandom tty; do stat -c '%n %t:%T %a %F' /dev/$d; done";

    private static final String EXPECTED = """
        /dev/null 1:3 666 character special file
        /dev/zero 1:5 666 character special file
        /dev/full 1:7 666 character special file
        /dev/random 1:8 666 character special file
        /dev/urandom 1:9 666 character special file
        /dev/tty 5:0 666 character special file
        """;

    @Test
    void defaultNodesAndLinksAreThere() throws Exception {
        assertEquals(EXPECTED, sh(s -> s, DEFAULTS));
        assertEquals(
                "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\n",
                sh(s -> s, "for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done"));
        assertEquals("x\n", sh(s -> s, "echo x > /dev/null; echo x; head -c 1 /dev/zero | wc -c >/dev/null"));
    }

    @Test
    void configuredNodesHaveTypeNumbersModeAndOwner() throws Exception {
        var devices = linux(l -> {
            l.devices.add(new Device(DeviceType.CHARACTER, "/dev/fuse", 10, 229, 0640, 7L, 8L));
            l.devices.add(new Device(DeviceType.BLOCK, "/dev/sub/disk", 7, 300, 0600, null, null));
            l.devices.add(new Device(DeviceType.FIFO, "/dev/pipe", 5, 5, 0622, null, null));
            l.devices.add(new Device(DeviceType.UNBUFFERED, "/elsewhere/raw", 1, 3, null, null, null));
        });
        String stat =
                "stat -c '%n %t:%T %a %u:%g %F' /dev/fuse /dev/sub/disk /elsewhere/raw; stat -c '%a %F' /dev/pipe";
        assertEquals("""
            /dev/fuse a:e5 640 7:8 character special file
            /dev/sub/disk 7:12c 600 0:0 block special file
            /elsewhere/raw 1:3 666 0:0 character special file
            622 fifo
            """, sh(devices, stat));
    }

    /// CVE-2026-41579, CVE-2026-47766: a link of the image leads the nodes to the host.
    @Test
    void devOfTheImageThatIsALinkIsRefused() throws Exception {
        Path outside = Files.createDirectories(box.folder.resolve("outside"));
        Files.delete(box.rootfs.resolve("dev"));
        Files.createSymbolicLink(box.rootfs.resolve("dev"), outside);
        var withoutTmpfs = (java.util.function.UnaryOperator<io.crij.oci.spec.Spec>)
                spec -> spec.with(s -> s.mounts.removeIf(m -> m.destination().startsWith("/dev")));
        assertThrows(OciException.StepFailed.class, () -> box.run("link", withoutTmpfs, "true"));
        try (var names = Files.list(outside)) {
            assertEquals(0, names.count());
        }
    }

    @Test
    void nodeThatTheImageReplacedIsMadeAnew() throws Exception {
        Path outside = Files.writeString(box.folder.resolve("host"), "host");
        Files.createSymbolicLink(box.rootfs.resolve("dev/null"), outside);
        Files.writeString(box.rootfs.resolve("dev/zero"), "not a device");
        var withoutTmpfs = (java.util.function.UnaryOperator<io.crij.oci.spec.Spec>)
                spec -> spec.with(s -> s.mounts.removeIf(m -> m.destination().startsWith("/dev")));
        assertEquals(EXPECTED, sh(withoutTmpfs, DEFAULTS));
        assertEquals("host", Files.readString(outside));
    }

    @Test
    void wrongDevicesAreRefusedWithTheirPath() {
        var all = linux(l -> l.devices.add(new Device(DeviceType.ALL, "/dev/x", 1, 1, null, null, null)));
        var e = assertThrows(InvalidSpec.class, () -> box.run("all", all, "true"));
        assertTrue(e.getMessage().startsWith("linux.devices[0].type: a"), e.getMessage());
        var high = linux(l -> l.devices.add(new Device(DeviceType.BLOCK, "/dev/x", 4096, 1, null, null, null)));
        var f = assertThrows(InvalidSpec.class, () -> box.run("high", high, "true"));
        assertTrue(f.getMessage().startsWith("linux.devices[0].major: 4096"), f.getMessage());
        assertFalse(Files.exists(box.rootfs.resolve("dev/x")));
    }
}
