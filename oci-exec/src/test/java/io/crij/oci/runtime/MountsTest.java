package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.Fd;
import io.crij.linux.Mounts;
import io.crij.linux.abi.MountFlags;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Root;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountsTest extends ContainerTest {
    private static final String WRITE = "echo x > /mnt/file && echo written";

    private Path volume;

    @BeforeEach
    void makeVolume() throws Exception {
        volume = Files.createDirectories(box.folder.resolve("volume"));
        Files.writeString(volume.resolve("file"), "content\n");
    }

    private Mount bind(String... options) {
        return Mount.bind(volume.toString(), "/mnt", options);
    }

    /// The options of a mount as the container sees them, those of the file system left out.
    private static String options(String place) {
        return "grep ' " + place + " ' /proc/self/mountinfo | while read a b c d e f g; do echo $f; done";
    }

    @Test
    void foldersAndFilesAreBoundAndTheirPlacesMade() throws Exception {
        Mount file = Mount.bind(volume.resolve("file").toString(), "/deep/er/file", "bind");
        assertEquals("content\ncontent\n", sh(mounts(bind("bind"), file), "cat /mnt/file /deep/er/file"));
        assertTrue(Files.isRegularFile(box.rootfs.resolve("deep/er/file")));
    }

    /// `/var/run` -> `/run` in an image that has no `/run`, the place of service account tokens.
    @Test
    void whatALinkLeadsToIsMadeWhereItIsMissing() throws Exception {
        Path var = Files.createDirectories(box.rootfs.resolve("var"));
        Files.createSymbolicLink(var.resolve("run"), Path.of("/run"));
        Files.createSymbolicLink(var.resolve("lock"), Path.of("../srv/deep//er/"));
        Files.createSymbolicLink(var.resolve("log"), Path.of("/logs/of/./all"));
        Mount absolute = Mount.bind(volume.toString(), "/var/run/secrets/io", "rbind");
        Mount relative = Mount.bind(volume.toString(), "/var/lock/x", "rbind");
        Mount last = Mount.bind(volume.toString(), "/var/log", "rbind");
        String cat = "cat /var/run/secrets/io/file /run/secrets/io/file /srv/deep/er/x/file /logs/of/all/file";
        assertEquals("content\n".repeat(4), sh(mounts(absolute, relative, last), cat));
        assertEquals(0755, (int) Files.getAttribute(box.rootfs.resolve("srv/deep"), "unix:mode") & 07777);
    }

    @Test
    void fileThatALinkLeadsToIsMadeWhereItIsMissing() throws Exception {
        Path etc = box.rootfs.resolve("etc");
        Files.createSymbolicLink(etc.resolve("resolv.conf"), Path.of("../run/resolve/stub.conf"));
        Mount file = Mount.bind(volume.resolve("file").toString(), "/etc/resolv.conf", "bind");
        assertEquals("content\n", sh(mounts(file), "cat /etc/resolv.conf"));
        assertTrue(Files.isRegularFile(box.rootfs.resolve("run/resolve/stub.conf")));
    }

    @Test
    void linkToNothingLeadsToNoPlaceOfTheHost() throws Exception {
        Path outside = box.folder.resolve("outside");
        String up = "../../../../../../../../..";
        Files.createSymbolicLink(box.rootfs.resolve("absolute"), outside);
        Files.createSymbolicLink(box.rootfs.resolve("relative"), Path.of(up + outside + "/x"));
        Files.createSymbolicLink(box.rootfs.resolve("magic"), Path.of("/proc/self/root" + outside));
        Mount absolute = Mount.bind(volume.toString(), "/absolute/place", "rbind");
        Mount relative = Mount.bind(volume.toString(), "/relative/place", "rbind");
        assertEquals("content\n", sh(mounts(absolute, relative), "cat " + outside + "/x/place/file"));
        assertFalse(Files.exists(outside));
        assertTrue(Files.isDirectory(box.rootfs.resolve(outside.toString().substring(1) + "/place")));
        var magic = mounts(Mount.bind(volume.toString(), "/magic/place", "rbind"));
        assertThrows(StepFailed.class, () -> sh(magic, "true"));
        assertFalse(Files.exists(outside));
    }

    @Test
    void linkThatLeadsToItselfIsSaid() throws Exception {
        Files.createSymbolicLink(box.rootfs.resolve("loop"), Path.of("loop"));
        var loop = mounts(Mount.bind(volume.toString(), "/loop/place", "rbind"));
        var e = assertThrows(StepFailed.class, () -> sh(loop, "true"));
        assertTrue(e.getMessage().contains("/loop/place"), e.getMessage());
    }

    @Test
    void relativeSourceStartsAtTheBundle() throws Exception {
        assertEquals("content\n", sh(mounts(Mount.bind("volume", "/mnt", "bind")), "cat /mnt/file"));
    }

    @Test
    void bindIsWritableUnlessReadOnly() throws Exception {
        assertEquals("written\n", sh(mounts(bind("bind")), WRITE));
        assertEquals("x\n", Files.readString(volume.resolve("file")));
        assertTrue(sh(mounts(bind("bind", "ro")), WRITE).contains("Read-only file system"));
    }

    @Test
    void everyFlagOfABindIsSet() throws Exception {
        var all = mounts(bind("bind", "ro", "nosuid", "nodev", "noexec", "noatime", "nosymfollow"));
        assertEquals("ro,nosuid,nodev,noexec,noatime,nosymfollow\n", sh(all, options("/mnt")));
        // of its own too: what is bound may be mounted with another one
        var cleared = mounts(bind("bind", "ro", "noexec", "rw", "exec", "relatime"));
        assertEquals("rw,relatime\n", sh(cleared, options("/mnt")));
    }

    @Test
    void recursiveOptionsReachTheMountsBelow() throws Exception {
        Path below = Files.createDirectories(volume.resolve("below"));
        Mounts.mount("tmpfs", below.toString(), "tmpfs", 0, "");
        try {
            String touch = "touch /mnt/below/x && echo written";
            assertEquals("written\n", sh(mounts(bind("rbind", "ro")), touch));
            assertTrue(sh(mounts(bind("rbind", "rro")), touch).contains("Read-only file system"));
            assertEquals("", sh(mounts(bind("bind")), "grep /mnt/below /proc/self/mountinfo"));
            var flags = mounts(bind("rbind", "rnosuid", "rnodev", "rnoexec"));
            assertEquals("rw,nosuid,nodev,noexec,relatime\n", sh(flags, options("/mnt/below")));
        } finally {
            Mounts.unmount(below.toString(), MountFlags.MNT_DETACH);
        }
    }

    @Test
    void propagationIsTheOneAskedFor() throws Exception {
        Mounts.bind(volume.toString(), volume.toString(), 0);
        try {
            Mounts.setAttributes(Fd.CWD, volume.toString(), false, 0, 0, MountFlags.MS_SHARED);
            String tags = "grep ' /mnt ' /proc/self/mountinfo | grep -o 'shared:\\|master:'";
            assertEquals("master:\n", sh(mounts(bind("bind", "rslave")), tags));
            assertEquals("", sh(mounts(bind("bind", "rprivate")), tags));
            // a group of its own below that of the host, which it hears of but does not tell
            assertEquals("shared:\nmaster:\n", sh(mounts(bind("bind", "rshared")), tags));
        } finally {
            Mounts.unmount(volume.toString(), MountFlags.MNT_DETACH);
        }
    }

    @ParameterizedTest
    @CsvSource({"slave,master", "rslave,master", "private,''", "rprivate,''", "unbindable,unbindable", "shared,shared"})
    void rootHasThePropagationAskedFor(String asked, String seen) throws Exception {
        Mounts.bind(box.rootfs.toString(), box.rootfs.toString(), 0);
        try {
            Mounts.setAttributes(Fd.CWD, box.rootfs.toString(), false, 0, 0, MountFlags.MS_SHARED);
            String root = "while read a b c d e f r; do if test $e = /; then echo \"${r%%- *}\"; fi; done";
            String tags = sh(linux(l -> l.rootfsPropagation = asked), root + " < /proc/self/mountinfo");
            assertEquals(seen, tags.strip().replaceAll(":\\d+", ""));
        } finally {
            Mounts.unmount(box.rootfs.toString(), MountFlags.MNT_DETACH);
        }
    }

    /// On most nodes every mount is shared: what the container lets go of must stay with the host.
    @ParameterizedTest
    @ValueSource(strings = {"shared", "rshared", "slave", "rslave", "private", "unbindable"})
    void hostKeepsItsSharedMounts(String propagation) throws Exception {
        Mounts.mount("tmpfs", volume.toString(), "tmpfs", 0, "");
        try {
            Mounts.setAttributes(Fd.CWD, volume.toString(), false, 0, 0, MountFlags.MS_SHARED);
            Path below = Files.createDirectories(volume.resolve("below"));
            Mounts.mount("tmpfs", below.toString(), "tmpfs", 0, "");
            var before = Box.mountPoints();
            var config = linux(l -> l.rootfsPropagation = propagation);
            assertEquals("ended\n", sh(config, "echo ended"));
            assertEquals(before, Box.mountPoints());
        } finally {
            while (Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + volume + " ")) {
                Mounts.unmount(volume.toString(), MountFlags.MNT_DETACH);
            }
        }
    }

    /// Also when the container's root is attached on the very mount that the source lies on.
    @Test
    void sharedBindIsOneWithTheHosts() throws Exception {
        Mounts.bind(box.folder.toString(), box.folder.toString(), 0);
        try {
            Mounts.setAttributes(Fd.CWD, box.folder.toString(), false, 0, 0, MountFlags.MS_SHARED);
            String tags = "grep ' /mnt ' /proc/self/mountinfo | while read a b c d e f r; do echo \"${r%%- *}\"; done";
            var shared = both(mounts(bind("rbind", "rshared")), linux(l -> l.rootfsPropagation = "rshared"));
            String host = Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .filter(line -> line.contains(" " + box.folder + " "))
                    .map(line -> line.split(" ")[6])
                    .findFirst()
                    .orElseThrow();
            assertTrue(host.startsWith("shared:"), host);
            assertEquals(host, sh(shared, tags).strip());
        } finally {
            Mounts.unmount(box.folder.toString(), MountFlags.MNT_DETACH);
        }
    }

    @Test
    void tmpfsTakesItsOptionsAndMayBeReadOnly() throws Exception {
        Mount tmpfs = Mount.of("tmpfs", "tmpfs", "/mnt", "mode=1751", "uid=7", "size=64k", "nosuid", "noexec");
        String script = "stat -c '%a %u' /mnt; " + options("/mnt") + "; " + WRITE;
        assertEquals("1751 7\nrw,nosuid,noexec,relatime\nwritten\n", sh(mounts(tmpfs), script));
        Mount readOnly = Mount.of("tmpfs", "tmpfs", "/mnt", "ro");
        Mount inside = Mount.bind(volume.toString(), "/mnt/inside", "bind");
        String both = sh(mounts(readOnly, inside), "cat /mnt/inside/file; " + WRITE);
        assertTrue(both.startsWith("content\n"), both);
        assertTrue(both.contains("Read-only file system"), both);
    }

    @Test
    void laterMountsCoverEarlierOnes() throws Exception {
        Mount tmpfs = Mount.of("tmpfs", "tmpfs", "/mnt");
        assertEquals("content\n", sh(mounts(tmpfs, bind("bind")), "ls /mnt >/dev/null; cat /mnt/file"));
        assertEquals("", sh(mounts(bind("bind"), tmpfs), "ls /mnt"));
    }

    @Test
    void usualFileSystemsAreThere() throws Exception {
        String script = "for p in /proc /sys /dev /dev/pts /dev/shm /dev/mqueue; do stat -f -c %T $p; done;"
                + " test -e /sys/fs/cgroup && echo cgroup";
        String types = sh(s -> s, script);
        assertTrue(types.startsWith("proc\nsysfs\ntmpfs\n"), types);
        assertTrue(types.endsWith("cgroup\n"), types);
        assertTrue(sh(s -> s, "echo x > /sys/x").contains("Read-only file system"));
    }

    @Test
    void readOnlyRootLeavesMountsWritable() throws Exception {
        var readOnly =
                both(spec -> spec.with(s -> s.root = new Root(box.rootfs.toString(), true)), mounts(bind("bind")));
        Files.createDirectories(box.rootfs.resolve("mnt"));
        String out = sh(readOnly, WRITE + "; echo x > /dev/shm/x && echo shm; echo x > /etc/x");
        assertTrue(out.startsWith("written\nshm\n"), out);
        assertTrue(out.contains("Read-only file system"), out);
    }

    /// CVE-2021-30465: an image's link leads a mount to the host.
    @Test
    void linksOfTheImageStayInTheRoot() throws Exception {
        Path outside = Files.createDirectories(box.folder.resolve("outside"));
        Files.createSymbolicLink(box.rootfs.resolve("absolute"), outside);
        Files.createSymbolicLink(box.rootfs.resolve("relative"), Path.of("../../../../../../" + outside));
        Files.createDirectories(box.rootfs.resolve(outside.toString().substring(1)));
        for (String link : List.of("/absolute", "/relative")) {
            Mount mount = Mount.bind(volume.toString(), link + "/below", "bind");
            assertEquals("content\n", sh(mounts(mount), "cat " + outside + "/below/file"));
        }
        try (var names = Files.list(outside)) {
            assertEquals(0, names.count());
        }
        assertTrue(Files.isDirectory(box.rootfs.resolve(outside.toString().substring(1) + "/below")));
    }

    /// CVE-2019-19921, CVE-2023-27561: proc on a link is not where its protection looks for it.
    @Test
    void procAndSysfsAreNotMountedThroughLinks() throws Exception {
        for (String name : List.of("proc", "sys")) {
            Files.delete(box.rootfs.resolve(name));
            Files.createDirectories(box.rootfs.resolve("evil"));
            Files.createSymbolicLink(box.rootfs.resolve(name), Path.of("evil"));
            var e = assertThrows(StepFailed.class, () -> box.run(name, "true"));
            assertTrue(e.getMessage().contains("find /" + name), e.getMessage());
            Files.delete(box.rootfs.resolve(name));
            Files.createDirectories(box.rootfs.resolve(name));
        }
    }

    @Test
    void nothingIsMountedInsideProcButWhatLxcfsOffers() throws Exception {
        for (String place : List.of("/proc/self/attr", "/proc/sys/kernel", "/x/../proc/1")) {
            Mount mount = Mount.bind(volume.toString(), place, "bind");
            var e = assertThrows(InvalidSpec.class, () -> box.run("proc", mounts(mount), "true"));
            assertTrue(e.getMessage().contains("nothing may be mounted inside /proc"), e.getMessage());
        }
        Mount uptime = Mount.bind(volume.resolve("file").toString(), "/proc/uptime", "bind");
        assertEquals("content\n", sh(mounts(uptime), "cat /proc/uptime"));
    }

    /// CVE-2019-16884: a volume, or a link in it, covers a part of proc.
    @Test
    void linkIntoProcIsRefused() throws Exception {
        Files.createSymbolicLink(box.rootfs.resolve("innocent"), Path.of("/proc/self/attr"));
        Mount mount = Mount.of("tmpfs", "tmpfs", "/innocent");
        var e = assertThrows(StepFailed.class, () -> box.run("link", mounts(mount), "true"));
        assertTrue(e.getMessage().contains("/innocent"), e.getMessage());
    }

    @Test
    void rootItselfIsNoPlace() {
        for (String place : List.of("/", "/..", "/x/..", "/./")) {
            Mount mount = Mount.of("tmpfs", "tmpfs", place);
            var e = assertThrows(InvalidSpec.class, () -> box.run("root", mounts(mount), "true"));
            assertTrue(e.getMessage().startsWith("mounts[7].destination"), e.getMessage());
        }
    }

    @Test
    void missingSourceIsNamed() {
        Mount mount = Mount.bind("/no/such/folder", "/mnt", "bind");
        var e = assertThrows(StepFailed.class, () -> box.run("missing", mounts(mount), "true"));
        assertTrue(e.getMessage().contains("bind /no/such/folder at /mnt"), e.getMessage());
        assertTrue(e.getMessage().contains("ENOENT"), e.getMessage());
    }

    @Test
    void nothingShowsOnTheHostOrStays() throws Exception {
        sh(mounts(bind("bind"), Mount.of("tmpfs", "tmpfs", "/scratch")), "true");
        assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(box.rootfs.toString()));
    }
}
