package io.crij.oci.cgroup;

import io.crij.linux.Bpf;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.file.Path;
import java.util.List;

/// The device filter of a version 2 group. Loading needs CAP_BPF or CAP_SYS_ADMIN.
public final class DeviceFilter {
    private static final String NAME = "crij_devices";

    private DeviceFilter() {}

    /// Has the kernel check the instructions; the descriptor is for attaching.
    public static Fd load(byte[] instructions) throws ErrnoException {
        return Bpf.load(Bpf.TYPE_CGROUP_DEVICE, instructions, NAME);
    }

    /// Makes this the only filter of the group itself; those of the groups above still have their say. While the old
    /// and the new one are both there, both must agree, so there is no moment without a filter.
    public static void attach(Path folder, byte[] instructions) throws ErrnoException {
        try (Fd group = Fd.open(folder.toString(), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
                Fd program = load(instructions)) {
            List<Integer> before = Bpf.attached(group, Bpf.ATTACH_CGROUP_DEVICE);
            Bpf.attach(group, program, Bpf.ATTACH_CGROUP_DEVICE, Bpf.ALLOW_MULTI);
            for (int id : before) {
                try (Fd old = Bpf.byId(id)) {
                    Bpf.detach(group, old, Bpf.ATTACH_CGROUP_DEVICE);
                }
            }
        }
    }
}
