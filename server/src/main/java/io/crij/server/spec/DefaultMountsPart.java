package io.crij.server.spec;

import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.NamespaceMode;
import java.util.ArrayList;
import java.util.List;

/// What every container finds mounted: /proc, /dev, /sys, cgroups, and the pod's shared memory, host name, hosts and
/// resolver files. A mount of the request to the same place takes the place of one of these.
final class DefaultMountsPart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) {
        var mounts = new ArrayList<Mount>();
        mounts.add(Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"));
        mounts.add(Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"));
        mounts.add(Mount.of(
                "devpts",
                "devpts",
                "/dev/pts",
                "nosuid",
                "noexec",
                "newinstance",
                "ptmxmode=0666",
                "mode=0620",
                "gid=5"));
        mounts.add(mqueue(wanted));
        mounts.add(sys(wanted));
        mounts.add(Mount.of(
                "cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", access(wanted)));
        mounts.add(shm(wanted));
        files(wanted, mounts);
        var requested = wanted.mountedByRequest();
        mounts.removeIf(mount -> requested.contains(mount.destination()));
        return spec.with(s -> s.mounts = mounts);
    }

    private static Mount sys(Wanted wanted) {
        boolean hostNetwork = wanted.pod().config().namespaces().network() == NamespaceMode.NODE;
        if (hostNetwork && wanted.userNamespace()) {
            // sysfs can only be mounted by the user namespace that owns the network namespace
            return Mount.bind("/sys", "/sys", "rbind", "nosuid", "noexec", "nodev", "rro");
        }
        return Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", access(wanted));
    }

    private static Mount mqueue(Wanted wanted) {
        boolean hostIpc = wanted.pod().config().namespaces().ipc() == NamespaceMode.NODE;
        return hostIpc && wanted.userNamespace()
                ? Mount.bind("/dev/mqueue", "/dev/mqueue", "rbind", "nosuid", "noexec", "nodev")
                : Mount.of("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev");
    }

    private static Mount shm(Wanted wanted) {
        boolean hostIpc = wanted.pod().config().namespaces().ipc() == NamespaceMode.NODE;
        var source = hostIpc ? "/dev/shm" : wanted.pod().paths().shm().toString();
        return Mount.bind(source, "/dev/shm", "rbind", "nosuid", "noexec", "nodev", "rprivate");
    }

    private static void files(Wanted wanted, List<Mount> mounts) {
        var paths = wanted.pod().paths();
        var access = wanted.readonlyRootfs() ? "ro" : "rw";
        mounts.add(Mount.bind(paths.hosts().toString(), "/etc/hosts", "rbind", "rprivate", access));
        mounts.add(Mount.bind(paths.hostname().toString(), "/etc/hostname", "rbind", "rprivate", access));
        mounts.add(Mount.bind(paths.resolvConf().toString(), "/etc/resolv.conf", "rbind", "rprivate", access));
    }

    private static String access(Wanted wanted) {
        return wanted.privileged() ? "rw" : "ro";
    }
}
