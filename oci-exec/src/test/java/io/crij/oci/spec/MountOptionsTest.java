package io.crij.oci.spec;

import static io.crij.oci.spec.MountOptions.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MountOptionsTest {
    @Test
    void sortsBySystemCall() {
        MountOptions options = MountOptions.of(List.of(
                "rbind", "ro", "nosuid", "rslave", "shared", "rro", "rnoexec", "mode=755", "size=1m", "tmpcopyup"));
        assertEquals(MS_BIND | MS_REC | MS_RDONLY | MS_NOSUID, options.flags());
        assertEquals(List.of(MS_SLAVE | MS_REC, MS_SHARED), options.propagation());
        assertEquals(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC, options.recursiveSet());
        assertEquals(List.of("mode=755", "size=1m"), options.data());
        assertEquals(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, options.attributesSet());
        assertTrue(options.copyUp());
        assertTrue(options.bind());
        assertTrue(options.readOnly());
    }

    @Test
    void theLastOptionWins() {
        MountOptions options = MountOptions.of(List.of("ro", "rw", "nosuid", "suid", "nosuid", "rro", "rrw"));
        assertEquals(MS_NOSUID, options.flags());
        assertEquals(MS_RDONLY, options.cleared());
        assertEquals(0, options.recursiveSet());
        assertEquals(MOUNT_ATTR_RDONLY, options.recursiveCleared());
    }

    @Test
    void accessTimeIsOneField() {
        MountOptions options = MountOptions.of(List.of("noatime", "strictatime", "rnoatime", "rstrictatime"));
        assertEquals(MS_STRICTATIME, options.flags());
        assertEquals(MOUNT_ATTR_STRICTATIME, options.attributesSet());
        assertEquals(MOUNT_ATTR_ATIME, options.attributesCleared());
        assertEquals(MOUNT_ATTR_STRICTATIME, options.recursiveSet());
        assertEquals(MOUNT_ATTR_ATIME, options.recursiveCleared());
    }

    @Test
    void mappingsImplyAnIdmap() {
        var mapping = List.of(new IdMapping(0, 1000, 1));
        Mount mount = new Mount("/a", "bind", "/b", List.of("rbind"), mapping, mapping);
        assertEquals(Idmap.RECURSIVE, MountOptions.of(mount).idmap());
        assertEquals(Idmap.MOUNT, MountOptions.of(List.of("idmap")).idmap());
        assertEquals(Idmap.NONE, MountOptions.of(Mount.bind("/b", "/a", "bind")).idmap());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "async",
                "atime",
                "bind",
                "defaults",
                "dev",
                "diratime",
                "dirsync",
                "exec",
                "iversion",
                "lazytime",
                "loud",
                "mand",
                "noatime",
                "nodev",
                "nodiratime",
                "noexec",
                "noiversion",
                "nolazytime",
                "nomand",
                "norelatime",
                "nostrictatime",
                "nosuid",
                "nosymfollow",
                "private",
                "ratime",
                "rbind",
                "rdev",
                "rdiratime",
                "relatime",
                "remount",
                "rexec",
                "rnoatime",
                "rnodev",
                "rnodiratime",
                "rnoexec",
                "rnorelatime",
                "rnostrictatime",
                "rnosuid",
                "rnosymfollow",
                "ro",
                "rprivate",
                "rrelatime",
                "rro",
                "rrw",
                "rshared",
                "rslave",
                "rstrictatime",
                "rsuid",
                "rsymfollow",
                "runbindable",
                "rw",
                "shared",
                "silent",
                "slave",
                "strictatime",
                "suid",
                "symfollow",
                "sync",
                "tmpcopyup",
                "unbindable",
                "idmap",
                "ridmap"
            })
    void knowsTheOptionsOfTheSpecification(String option) {
        assertEquals(List.of(), MountOptions.of(List.of(option)).data());
    }
}
