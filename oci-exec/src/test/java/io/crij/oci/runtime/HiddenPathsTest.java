package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class HiddenPathsTest extends ContainerTest {
    @Test
    void maskedFilesAreEmptyAndFoldersToo() throws Exception {
        Files.writeString(
                Files.createDirectories(box.rootfs.resolve("secret/deep")).resolve("file"), "secret");
        Files.writeString(box.rootfs.resolve("etc/key"), "secret");
        var masks =
                linux(l -> l.maskedPaths = List.of("/secret", "/etc/key", "/proc/timer_list", "/etc", "/no/such/path"));
        String out = sh(masks, "ls /secret; cat /etc/key; ls /etc; head -c 1 /proc/timer_list; touch /secret/x");
        assertEquals(
                "touch: /secret/x: Read-only file system\n",
                out.replace("cat: can't open '/etc/key': No such file or directory\n", ""));
    }

    @Test
    void maskedFileCannotBeWritten() throws Exception {
        var masks = linux(l -> l.maskedPaths = List.of("/proc/sysrq-trigger", "/proc/timer_list"));
        String out =
                sh(masks, "stat -L -c %t:%T /proc/timer_list; echo nothing > /proc/timer_list; cat /proc/timer_list");
        assertEquals("1:3\n", out);
    }

    @Test
    void readOnlyPathsCannotBeWritten() throws Exception {
        Files.createDirectories(box.rootfs.resolve("fixed"));
        var fixed = linux(l -> l.readonlyPaths = List.of("/fixed", "/proc/sys", "/no/such/path"));
        String out = sh(fixed, "echo x > /fixed/x; echo 1 > /proc/sys/kernel/domainname; cat /proc/sys/kernel/ostype");
        assertTrue(out.startsWith("Linux\n"), out);
        assertEquals(2, out.split("Read-only file system", -1).length - 1, out);
    }

    @Test
    void readOnlyPathKeepsItsOtherFlags() throws Exception {
        String flags =
                sh(linux(l -> l.readonlyPaths = List.of("/proc/sys")), "grep ' /proc/sys ' /proc/self/mountinfo");
        assertTrue(flags.contains(" ro,nosuid,nodev,noexec"), flags);
    }

    /// CVE-2025-31133: what covers a file is never the image's or the container's `/dev/null`.
    @Test
    void nullOfTheImageIsNotUsed() throws Exception {
        // the container's own /dev is the image's: there is no tmpfs
        Files.createSymbolicLink(box.rootfs.resolve("dev/null"), Path.of("/proc/sys/kernel/core_pattern"));
        var change = both(
                spec -> spec.with(s -> s.mounts.removeIf(m -> m.destination().startsWith("/dev"))),
                linux(l -> l.maskedPaths = List.of("/proc/timer_list")));
        assertEquals("1:3\n1:3\n", sh(change, "stat -L -c %t:%T /proc/timer_list; stat -c %t:%T /dev/null"));
    }

    @Test
    void linkThatLeadsAMaskOutsideMasksInside() throws Exception {
        Path outside = Files.createDirectories(box.folder.resolve("outside"));
        Files.writeString(outside.resolve("file"), "host\n");
        Files.createSymbolicLink(box.rootfs.resolve("link"), outside);
        sh(linux(l -> l.maskedPaths = List.of("/link", "/link/file")), "true");
        assertEquals("host\n", Files.readString(outside.resolve("file")));
        sh(linux(l -> l.readonlyPaths = List.of("/link")), "true");
        Files.writeString(outside.resolve("file"), "writable\n");
    }

    @Test
    void linkToADescriptorIsNotFollowed() throws Exception {
        Files.createSymbolicLink(box.rootfs.resolve("trap"), Path.of("/proc/self/root/etc"));
        var e = org.junit.jupiter.api.Assertions.assertThrows(
                OciException.StepFailed.class,
                () -> box.run("trap", linux(l -> l.maskedPaths = List.of("/trap")), "true"));
        assertTrue(e.getMessage().contains("mask /trap"), e.getMessage());
    }
}
