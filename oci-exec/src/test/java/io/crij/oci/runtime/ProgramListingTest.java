package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.OverlayLayers;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.cgroup.CgroupPlan;
import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.CapabilitySets;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The whole program of a usual container, in both shapes, as text. A change of the order of steps shows here; when it
/// is meant, `-Dcrij.golden=write` writes the files anew.
class ProgramListingTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/crij/oci/runtime");

    private static Spec spec() {
        return Spec.EMPTY.with(s -> {
            s.root = new Root("rootfs", true);
            s.hostname = "box";
            s.process = Process.EMPTY.with(p -> {
                p.args = List.of("sh", "-c", "true");
                p.env = List.of("PATH=/bin");
                p.capabilities = Capabilities.of(List.of("CAP_CHOWN", "CAP_KILL"));
                p.noNewPrivileges = true;
            });
            s.mounts = new ArrayList<>(List.of(
                    Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
                    Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "mode=755"),
                    Mount.of("devpts", "devpts", "/dev/pts", "newinstance", "ptmxmode=0666"),
                    Mount.bind("/volume", "/data", "rbind", "ro")));
            s.linux = s.linux.with(l -> {
                for (Type type : List.of(Type.PID, Type.MOUNT, Type.IPC, Type.UTS, Type.NETWORK, Type.CGROUP)) {
                    l.namespaces.add(Namespace.create(type));
                }
                l.maskedPaths = List.of("/proc/kcore");
                l.readonlyPaths = List.of("/proc/sys");
                l.sysctl = Map.of("net.ipv4.ip_forward", "1");
            });
        });
    }

    @ParameterizedTest
    @EnumSource
    void programIsTheWrittenOne(Shape shape) throws Exception {
        listingIsWritten(shape, "/test/box", shape.name().toLowerCase(java.util.Locale.ROOT) + ".txt");
    }

    @Test
    void programOfAScopeIsTheWrittenOne() throws Exception {
        listingIsWritten(Shape.MONITORED, "test-pod.slice:crij:box", "scope.txt");
    }

    private static void listingIsWritten(Shape shape, String cgroup, String file) throws Exception {
        var cgroups = new CgroupHost(Path.of("/sys/fs/cgroup"), Map.of(), Set.of("cpu", "memory", "pids"));
        var folders = CgroupFolders.of(cgroups, cgroup, CgroupLayout.WITH_SHIM);
        var host = new Host(
                folders,
                new Privileges(new CapabilitySets.Host(40, -1L >>> 23, -1L >>> 23), 0, _ -> {}),
                OverlayLayers.DETACHED_MOUNTS,
                new Labels(false, false, Labels.Policy.REQUIRED),
                Optional.empty(),
                List.of());
        var rootfs = new Rootfs.Directory(Path.of("/bundle/rootfs"));
        var stdio = new Stdio.Pipes(false);
        boolean detached = shape == Shape.DETACHED;
        var habits = new CreateRequest.Habits(true, true, shape == Shape.ATTENDED);
        var request = new CreateRequest("box", Path.of("/bundle"), spec(), rootfs, stdio, detached, habits);
        String text = Explanation.listing(request, CgroupPlan.of(folders, LinuxResources.NONE), host);
        Path golden = GOLDEN.resolve(file);
        if ("write".equals(System.getProperty("crij.golden"))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, text);
        }
        assertTrue(Files.exists(golden), "no " + golden);
        assertEquals(Files.readString(golden), text);
    }
}
