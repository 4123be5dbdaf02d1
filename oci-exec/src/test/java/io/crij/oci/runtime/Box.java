package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Directory;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.OverlayLayers;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.seccomp.DefaultProfile;
import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// Real containers for tests: a busybox root file system, the usual configuration, a runtime with a folder of its
/// own. Closing removes everything.
final class Box implements AutoCloseable {
    static final List<String> CAPABILITIES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_KILL");

    final Path folder;
    final Path rootfs;
    final BuiltinRuntime runtime;
    private final List<String> ids = new ArrayList<>();
    private final List<Shim> shims = new ArrayList<>();
    private final String suffix = UUID.randomUUID().toString().substring(0, 8);

    /// Where something is mounted on the host.
    static List<String> mountPoints() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .map(line -> line.split(" ")[4])
                .sorted()
                .toList();
    }

    Box() throws IOException {
        this(OverlayLayers.ofThisKernel());
    }

    /// @param layers what the runtime takes the kernel for
    Box(OverlayLayers layers) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox (Debian package busybox-static)");
        assumeTrue(Long.parseLong(System.getProperty("user.name").equals("root") ? "0" : "1") == 0, "not root");
        folder = Files.createTempDirectory("crij-oci");
        rootfs = folder.resolve("rootfs");
        Files.createDirectories(rootfs.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), rootfs.resolve("bin/busybox"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String applet : List.of(
                "sh",
                "true",
                "false",
                "cat",
                "id",
                "sleep",
                "ls",
                "env",
                "pwd",
                "mount",
                "hostname",
                "stat",
                "grep",
                "kill",
                "readlink",
                "head",
                "echo",
                "touch",
                "mkdir",
                "ip",
                "tty",
                "stty",
                "date",
                "find",
                "test",
                "ln",
                "wc")) {
            Files.createSymbolicLink(rootfs.resolve("bin/" + applet), Path.of("busybox"));
        }
        for (String name : List.of("proc", "sys", "dev", "etc", "tmp")) {
            Files.createDirectories(rootfs.resolve(name));
        }
        runtime = new BuiltinRuntime(
                folder.resolve("state"), CgroupLayout.WITH_SHIM, () -> layers, Labels.Policy.REQUIRED);
    }

    String id(String name) {
        String id = name + "-" + suffix;
        ids.add(id);
        return id;
    }

    /// Name of the cgroup that this box's containers have theirs in, in every tree.
    String cgroups() {
        return "crij-test-" + suffix;
    }

    static Process process(String... args) {
        return Process.EMPTY.with(p -> {
            p.args = List.of(args);
            p.env = List.of("PATH=/bin", "HOME=/");
            p.capabilities = Capabilities.of(CAPABILITIES);
            p.noNewPrivileges = true;
        });
    }

    /// What a CRI server asks for by default.
    Spec spec(String id, String... args) {
        return Spec.EMPTY.with(s -> {
            s.root = new Root(rootfs.toString(), false);
            s.process = process(args);
            s.hostname = "box";
            s.mounts = new ArrayList<>(List.of(
                    Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
                    Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"),
                    Mount.of(
                            "devpts",
                            "devpts",
                            "/dev/pts",
                            "nosuid",
                            "noexec",
                            "newinstance",
                            "ptmxmode=0666",
                            "mode=0620",
                            "gid=5"),
                    Mount.of("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"),
                    Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"),
                    Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
                    Mount.of("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k")));
            s.linux = s.linux.with(l -> {
                l.cgroupsPath = "/" + cgroups() + "/" + id;
                l.namespaces = new ArrayList<>(List.of(
                        Namespace.create(Type.PID),
                        Namespace.create(Type.NETWORK),
                        Namespace.create(Type.MOUNT),
                        Namespace.create(Type.IPC),
                        Namespace.create(Type.UTS),
                        Namespace.create(Type.CGROUP)));
                l.maskedPaths = new ArrayList<>(List.of(
                        "/proc/acpi",
                        "/proc/asound",
                        "/proc/kcore",
                        "/proc/keys",
                        "/proc/latency_stats",
                        "/proc/timer_list",
                        "/proc/timer_stats",
                        "/proc/sched_debug",
                        "/proc/scsi",
                        "/sys/firmware"));
                l.readonlyPaths = new ArrayList<>(
                        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"));
                l.seccomp = new DefaultProfile().forCapabilities(Set.copyOf(CAPABILITIES));
            });
        });
    }

    Shim create(String id, Spec spec) throws Exception {
        return create(id, spec, new Stdio.Pipes(false));
    }

    Shim create(String id, Spec spec, Stdio stdio) throws Exception {
        var rootfsOf = new Rootfs.Directory(rootfs);
        Shim shim = runtime.create(new CreateRequest(id, folder, spec, rootfsOf, stdio));
        shims.add(shim);
        return shim;
    }

    /// What a container did.
    record Outcome(String out, String err, int code) {}

    Outcome run(String name, String... args) throws Exception {
        return run(name, UnaryOperator.identity(), args);
    }

    Outcome run(String name, UnaryOperator<Spec> change, String... args) throws Exception {
        String id = id(name);
        Shim shim = create(id, change.apply(spec(id, args)));
        runtime.start(id);
        Outcome outcome = outcome(shim);
        runtime.delete(id, false);
        return outcome;
    }

    Outcome exec(String id, Process process) throws Exception {
        Shim shim = runtime.exec(id, process, new Stdio.Pipes(false));
        shims.add(shim);
        return outcome(shim);
    }

    Outcome outcome(Shim shim) throws Exception {
        int code = await(shim).code();
        String out = drain(shim.stdout().orElseThrow());
        String err = drain(shim.stderr().orElseThrow());
        shim.release();
        return new Outcome(out, err, code);
    }

    /// What is in a pipe now.
    static String drain(Fd pipe) throws Exception {
        var text = new StringBuilder();
        byte[] buffer = new byte[65536];
        while (pipe.available() > 0) {
            text.append(new String(buffer, 0, pipe.read(buffer), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    /// All that a process wrote to its terminal. It has ended: then the kernel says EIO after the last of it, which may
    /// come in several pieces.
    static String shown(Shim shim) throws Exception {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        try {
            while (true) {
                int got = shim.console().orElseThrow().read(buffer);
                text.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
            }
        } catch (ErrnoException e) {
            assertEquals(Errno.EIO, e.errno(), e.getMessage());
            return text.toString();
        }
    }

    static ExitStatus await(Shim shim) throws Exception {
        try (var epoll = new io.crij.linux.Epoll()) {
            epoll.add(shim.exited(), io.crij.linux.Epoll.IN, 1);
            assertTrue(epoll.await(java.time.Duration.ofSeconds(20), (t, e) -> {}) > 0, "the process does not end");
        }
        return shim.exitStatus().orElseThrow();
    }

    @Override
    public void close() throws Exception {
        for (String id : ids) {
            runtime.delete(id, true);
        }
        shims.forEach(Shim::close);
        runtime.close();
        removeCgroups();
        Directory.deleteTree(folder.toString());
    }

    /// Fails where a container left a group.
    private void removeCgroups() throws IOException {
        CgroupHost host = CgroupHost.read();
        var trees = new HashSet<>(host.hierarchies().values());
        if (host.unified() != null) {
            trees.add(host.unified());
        }
        for (Path tree : trees) {
            Files.deleteIfExists(tree.resolve(cgroups()));
        }
    }
}
