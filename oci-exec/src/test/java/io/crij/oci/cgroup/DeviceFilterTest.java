package io.crij.oci.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Bpf;
import io.crij.linux.CgroupFolder;
import io.crij.linux.Self;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The filter in a real version 2 group; a hybrid host has those too.
@Timeout(60)
final class DeviceFilterTest {
    private static final DeviceCgroup DENY_ALL = new DeviceCgroup(false, null, null, null, "rwm");
    private static final DeviceCgroup KERNEL_LOG = new DeviceCgroup(true, DeviceType.CHARACTER, 1L, 11L, "r");

    private Path group;

    @BeforeEach
    void makeGroup() throws Exception {
        assumeTrue(Self.effectiveUid() == 0, "making cgroups needs root");
        Path unified = CgroupHost.read().unified();
        assumeTrue(unified != null, "this host has no cgroup version 2 tree");
        assumeTrue(Files.exists(Path.of("/dev/kmsg")), "this host has no /dev/kmsg to try it with");
        group = Files.createDirectory(unified.resolve("crij-test-" + UUID.randomUUID()));
    }

    @AfterEach
    void removeGroup() throws Exception {
        if (group != null) {
            CgroupFolder.removeTree(group.toString());
        }
    }

    @Test
    void deniesWhatIsNotAllowedAndIsReplacedAsAWhole() throws Exception {
        assertEquals(0, open());
        DeviceFilter.attach(group, DeviceProgram.compile(List.of(DENY_ALL)));
        assertEquals(1, open());
        DeviceFilter.attach(group, DeviceProgram.compile(List.of(DENY_ALL, KERNEL_LOG)));
        assertEquals(0, open());
        try (CgroupFolder folder = CgroupFolder.open(group.toString())) {
            assertEquals(
                    1, Bpf.attached(folder.folder(), Bpf.ATTACH_CGROUP_DEVICE).size());
        }
    }

    /// Exit code of a process of the group that opens the kernel's log: 0 when it may.
    private int open() throws Exception {
        String script = "echo $$ > " + group + "/cgroup.procs && dd if=/dev/kmsg of=/dev/null count=0 2>/dev/null";
        return new ProcessBuilder("/bin/sh", "-c", script).start().waitFor();
    }
}
