package io.crij.server.check;

import io.crij.linux.Capabilities;
import io.crij.linux.Capability;
import io.crij.linux.ErrnoException;
import io.crij.linux.KernelFeatures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The kernel and what this process may do with it.
final class KernelChecks {
    private static final List<String> NAMESPACES = List.of("mnt", "pid", "net", "ipc", "uts", "cgroup");
    private static final EnumSet<Capability> NEEDED = EnumSet.of(
            Capability.SYS_ADMIN,
            Capability.NET_ADMIN,
            Capability.SYS_PTRACE,
            Capability.SYS_CHROOT,
            Capability.SETUID,
            Capability.SETGID,
            Capability.SETPCAP,
            Capability.CHOWN,
            Capability.FOWNER,
            Capability.DAC_OVERRIDE,
            Capability.KILL,
            Capability.MKNOD);

    private final KernelFeatures features;

    KernelChecks(KernelFeatures features) {
        this.features = features;
    }

    List<Finding> run() throws ErrnoException {
        var findings = new ArrayList<Finding>();
        findings.add(version());
        findings.add(calls());
        findings.add(capabilities());
        findings.add(resourceCapability());
        findings.add(namespaces());
        findings.add(userNamespaces());
        findings.add(seccomp());
        findings.add(memfd());
        findings.add(securityModule());
        return findings;
    }

    private Finding version() {
        var fact = "Linux " + features.version();
        return features.version().atLeast(KernelFeatures.FLOOR.major(), KernelFeatures.FLOOR.minor())
                ? Finding.ok("kernel", fact)
                : Finding.fail(
                        "kernel", fact + ", but " + KernelFeatures.FLOOR + " is the least", "boot a newer kernel");
    }

    private Finding calls() {
        var missing = new TreeSet<>(features.missing());
        missing.remove("seccomp filters");
        return missing.isEmpty()
                ? Finding.ok("system calls", "all that containers are made with")
                : Finding.fail(
                        "system calls",
                        "missing or forbidden here: " + String.join(", ", missing),
                        "boot a newer kernel; in a container, allow these calls in its seccomp profile");
    }

    private static Finding capabilities() throws ErrnoException {
        var missing = EnumSet.copyOf(NEEDED);
        missing.removeAll(Capabilities.ofSelf().effective());
        return missing.isEmpty()
                ? Finding.ok("privileges", "all that are needed")
                : Finding.fail(
                        "privileges",
                        "missing: " + missing.stream().map(Capability::title).collect(Collectors.joining(", ")),
                        "run as root, with these capabilities");
    }

    private static Finding resourceCapability() throws ErrnoException {
        return Capabilities.ofSelf().effective().contains(Capability.SYS_RESOURCE)
                ? Finding.ok("resource limits", "can be raised")
                : Finding.warn(
                        "resource limits",
                        "no CAP_SYS_RESOURCE: limits cannot be raised, oom_score_adj not lowered",
                        "give the server CAP_SYS_RESOURCE, or accept that pods get what there is");
    }

    private static Finding namespaces() {
        var missing = NAMESPACES.stream()
                .filter(n -> !Files.exists(Path.of("/proc/self/ns", n)))
                .toList();
        return missing.isEmpty()
                ? Finding.ok("namespaces", String.join(" ", NAMESPACES))
                : Finding.fail("namespaces", "the kernel lacks " + missing, "boot a kernel with CONFIG_NAMESPACES");
    }

    private Finding userNamespaces() {
        return features.userNamespaces()
                ? Finding.ok("user namespaces", "can be made")
                : Finding.warn(
                        "user namespaces",
                        "cannot be made: pods with hostUsers: false will be refused",
                        "sysctl -w user.max_user_namespaces=16384");
    }

    private Finding seccomp() {
        return features.seccomp()
                ? Finding.ok(
                        "seccomp", "filters with " + features.seccompActions().size() + " actions")
                : Finding.fail("seccomp", "the kernel has no filters", "boot a kernel with CONFIG_SECCOMP_FILTER");
    }

    private Finding memfd() {
        return features.memfdNoexec() < 2
                ? Finding.ok("vm.memfd_noexec", "executable memory files are allowed")
                : Finding.ok("vm.memfd_noexec", "is 2: init runs from a read-only file instead");
    }

    private Finding securityModule() {
        var active = (features.appArmor() ? "AppArmor " : "") + (features.seLinux() ? "SELinux" : "");
        return Finding.ok(
                "security module", active.isBlank() ? "none; profiles and labels are refused" : active.strip());
    }
}
