package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crij.linux.Fd;
import io.crij.linux.Mounts;
import io.crij.linux.abi.MountFlags;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UserNamespaceTest {
    private static final List<IdMapping> MAP = List.of(new IdMapping(0, 100000, 65536));

    private Box box;

    @BeforeEach
    void open() throws Exception {
        box = new Box();
    }

    @AfterEach
    void close() throws Exception {
        box.close();
    }

    private static UnaryOperator<Spec> mapped() {
        return spec -> spec.with(s -> s.linux = s.linux.with(l -> {
            l.namespaces.add(Namespace.create(Type.USER));
            l.uidMappings = MAP;
            l.gidMappings = MAP;
        }));
    }

    @Test
    void rootInsideIsAnotherUserOutside() throws Exception {
        String id = box.id("userns");
        Spec spec = mapped().apply(box.spec(id, "sh", "-c", "id -u; head -1 /proc/self/uid_map; sleep 100"));
        Shim shim = box.create(id, spec);
        box.runtime.start(id);
        assertEquals(100000, Files.getAttribute(Path.of("/proc/" + shim.pid()), "unix:uid"));
        var exec = box.exec(id, Box.process("sh", "-c", "id -u; echo x > /dev/null; test -c /dev/zero && echo zero"));
        assertEquals("0\nzero\n", exec.out());
    }

    @Test
    void containerIsMadeInsideAUserNamespaceThatItJoins() throws Exception {
        String id = box.id("owner");
        Shim owner = box.create(id, mapped().apply(box.spec(id, "sleep", "100")));
        String other = box.id("guest");
        Spec spec = box.spec(other, "sh", "-c", "id -u; echo $$; head -1 /proc/self/uid_map")
                .with(s -> s.linux = s.linux.with(l -> {
                    l.namespaces.add(Namespace.join(Type.USER, "/proc/" + owner.pid() + "/ns/user"));
                    l.uidMappings = MAP;
                    l.gidMappings = MAP;
                }));
        Shim guest = box.create(other, spec);
        box.runtime.start(other);
        var outcome = box.outcome(guest);
        assertEquals("0\n1\n         0     100000      65536\n", outcome.out(), outcome.err());
    }

    @Test
    void bindOfAClosedFolderAppearsAndItsOwnersCanBeMapped() throws Exception {
        Path secret = Files.createDirectories(box.folder.resolve("closed/volume"));
        Files.writeString(secret.resolve("file"), "content");
        // the mapped root may not make them in a root file system of the host's root
        Files.createDirectories(box.rootfs.resolve("tmp/plain"));
        Files.createDirectories(box.rootfs.resolve("tmp/mapped"));
        Files.setPosixFilePermissions(
                secret.getParent(), java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        var outcome = box.run(
                "idmap",
                spec -> mapped().apply(spec).with(s -> {
                    s.mounts.add(Mount.bind(secret.toString(), "/tmp/plain", "rbind", "rprivate"));
                    s.mounts.add(Mount.bind(secret.toString(), "/tmp/mapped", "bind", "idmap", "ro"));
                }),
                "stat",
                "-c",
                "%u",
                "/tmp/plain/file",
                "/tmp/mapped/file");
        assertEquals(new Box.Outcome("65534\n0\n", "", 0), outcome);
    }

    /// On most hosts all mounts are shared; pivot_root refuses a root that is.
    @Test
    void rootFileSystemMayLieOnASharedMount() throws Exception {
        String root = box.rootfs.toString();
        Mounts.bind(root, root, 0);
        try {
            Mounts.setAttributes(Fd.CWD, root, false, 0, 0, MountFlags.MS_SHARED);
            var outcome = box.run("shared", mapped(), "true");
            assertEquals(new Box.Outcome("", "", 0), outcome);
        } finally {
            Mounts.unmount(root, MountFlags.MNT_DETACH);
        }
    }
}
