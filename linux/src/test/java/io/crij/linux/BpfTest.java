package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BpfTest {
    /// `r0 = 1; exit`: every device is allowed.
    private static final byte[] ALLOW = HexFormat.of().parseHex("b700000001000000" + "9500000000000000");

    /// `exit` without a result, which the verifier refuses.
    private static final byte[] BAD = HexFormat.of().parseHex("9500000000000000");

    private static void needsPrivileges() throws Exception {
        assumeTrue(Capabilities.ofSelf().effective().contains(Capability.SYS_ADMIN), "needs CAP_SYS_ADMIN");
    }

    @Test
    void aDeviceFilterIsAttachedFoundAndDetached() throws Exception {
        needsPrivileges();
        Optional<CgroupHierarchy> unified = CgroupTree.detect().unified();
        assumeTrue(unified.isPresent(), "needs cgroup v2, also beside v1");
        String path = unified.get().folder("/crij-test-" + UUID.randomUUID());
        try (CgroupFolder cgroup = CgroupFolder.create(path);
                Fd program = Bpf.load(Bpf.TYPE_CGROUP_DEVICE, ALLOW, "crij_test")) {
            Fd folder = cgroup.folder();
            Bpf.attach(folder, program, Bpf.ATTACH_CGROUP_DEVICE, Bpf.ALLOW_MULTI);
            List<Integer> attached = Bpf.attached(folder, Bpf.ATTACH_CGROUP_DEVICE);
            assertEquals(1, attached.size());
            try (Fd again = Bpf.byId(attached.getFirst())) {
                Bpf.detach(folder, again, Bpf.ATTACH_CGROUP_DEVICE);
            }
            assertEquals(List.of(), Bpf.attached(folder, Bpf.ATTACH_CGROUP_DEVICE));
        } finally {
            CgroupFolder.remove(path);
        }
    }

    @Test
    void theVerifiersWordsAreInTheError() throws Exception {
        needsPrivileges();
        ErrnoException e = assertThrows(ErrnoException.class, () -> Bpf.load(Bpf.TYPE_CGROUP_DEVICE, BAD, "bad"));
        assertTrue(e.getMessage().contains("R0 !read_ok"), e.getMessage());
    }
}
