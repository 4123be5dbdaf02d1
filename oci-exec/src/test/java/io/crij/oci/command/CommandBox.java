package io.crij.oci.command;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Directory;
import io.crij.linux.Fd;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.command.CommandSettings.Dialect;
import io.crij.oci.runtime.BuiltinRuntime;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Real containers of runtimes that are commands: folders of their own, a busybox root file system. Closing removes
/// everything.
final class CommandBox implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Path folder;
    final Path layer;
    final Path containers;
    final Path own;
    final BuiltinRuntime builtin;
    private final List<CommandRuntime> runtimes = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final List<Shim> shims = new ArrayList<>();
    private final String suffix = UUID.randomUUID().toString().substring(0, 8);

    CommandBox() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "not root");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox (Debian package busybox-static)");
        folder = Files.createTempDirectory("crij-command");
        containers = folder.resolve("containers");
        own = folder.resolve("own");
        layer = folder.resolve("layer");
        Files.createDirectories(layer.resolve("bin"));
        for (String mountPoint : List.of("proc", "dev", "sys", "tmp")) {
            Files.createDirectories(layer.resolve(mountPoint));
        }
        Files.copy(Path.of("/bin/busybox"), layer.resolve("bin/busybox"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String applet : List.of("sh", "true", "cat", "sleep", "echo", "stty", "kill")) {
            Files.createSymbolicLink(layer.resolve("bin").resolve(applet), Path.of("busybox"));
        }
        builtin = new BuiltinRuntime(folder.resolve("builtin"));
    }

    CommandSettings settings(String path) {
        return settings(path, Dialect.RUNC, PATIENCE);
    }

    /// Of a runtime whose containers are processes of a sandbox.
    CommandSettings sandboxed(String path) {
        return settings(path, Dialect.GVISOR, PATIENCE);
    }

    /// One that gives up after this time.
    CommandSettings hurried(String path, Duration time) {
        return settings(path, Dialect.RUNC, time);
    }

    private CommandSettings settings(String path, Dialect dialect, Duration time) {
        return new CommandSettings(
                "test",
                path,
                folder.resolve("root").toString(),
                List.of(),
                dialect,
                false,
                time.toMillis(),
                time.toMillis());
    }

    CommandRuntime runtime(CommandSettings settings) throws IOException {
        var runtime = new CommandRuntime(settings, containers, own, builtin.subreapers(), CgroupHost.read());
        runtimes.add(runtime);
        return runtime;
    }

    /// A runtime that is this shell script; `$verb` and `$id`, `$pid` the file for the pid, `$log` the log.
    String script(String text) throws IOException {
        Path file = folder.resolve("runtime-" + ids.size() + ".sh");
        Files.writeString(file, """
                #!/bin/sh
                verb= id= pid= log=
                while [ $# -gt 0 ]; do
                    case $1 in
                        --log) log=$2; shift ;;
                        --pid-file) pid=$2; shift ;;
                        --root|--log-format|--bundle|--process|--resources|--console-socket) shift ;;
                        -*) ;;
                        *) if [ -z "$verb" ]; then verb=$1; else id=$1; fi ;;
                    esac
                    shift
                done
                """ + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    /// Name of the cgroup that this box's containers have theirs in, in every tree.
    String cgroups() {
        return "crij-command-" + suffix;
    }

    String id(String name) {
        String id = name + "-" + suffix;
        ids.add(id);
        return id;
    }

    Spec spec(String id, String... args) {
        return Spec.EMPTY.with(spec -> {
            spec.hostname = "box";
            spec.process = Process.EMPTY.with(process -> {
                process.args = List.of(args);
                process.env = List.of("PATH=/bin");
                process.cwd = "/";
                process.capabilities = Capabilities.NONE;
                process.noNewPrivileges = true;
            });
            spec.mounts = List.of(
                    Mount.of("proc", "proc", "/proc"),
                    Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "mode=755"),
                    Mount.of("devpts", "devpts", "/dev/pts", "newinstance", "ptmxmode=0666", "mode=0620"));
            spec.linux = spec.linux.with(linux -> {
                linux.namespaces = List.of(
                        Namespace.create(Type.PID),
                        Namespace.create(Type.MOUNT),
                        Namespace.create(Type.IPC),
                        Namespace.create(Type.UTS));
                linux.cgroupsPath = "/" + cgroups() + "/" + id;
            });
        });
    }

    Rootfs.Overlay overlay(String id) throws IOException {
        Path upper = Files.createDirectories(folder.resolve("upper-" + id));
        Path work = Files.createDirectories(folder.resolve("work-" + id));
        return new Rootfs.Overlay(List.of(layer), Optional.of(upper), Optional.of(work), List.of());
    }

    Shim create(CommandRuntime runtime, String id, Stdio stdio, String... args) throws Exception {
        Shim shim = runtime.create(new CreateRequest(id, containers.resolve(id), spec(id, args), overlay(id), stdio));
        shims.add(shim);
        return shim;
    }

    /// Looks only when it is told to, as the monitor does.
    static ExitStatus await(Shim shim) throws Exception {
        while (true) {
            assertTrue(shim.exited().awaitReadable(PATIENCE), "the end of process " + shim.pid() + " is not told");
            Optional<ExitStatus> exit = shim.exitStatus();
            if (exit.isPresent()) {
                return exit.get();
            }
        }
    }

    /// What comes until nobody can write any more.
    static String read(Optional<Fd> stream) throws Exception {
        var all = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        for (int got = stream.orElseThrow().read(buffer);
                got > 0;
                got = stream.orElseThrow().read(buffer)) {
            all.write(buffer, 0, got);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /// Processes, other than this one, that have the text in their command line.
    static List<String> processes(String text) throws IOException {
        List<String> found = new ArrayList<>();
        try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                try {
                    String line = Files.readString(process.resolve("cmdline")).replace('\0', ' ');
                    if (line.contains(text)) {
                        found.add(process.getFileName() + ": " + line);
                    }
                } catch (IOException e) {
                    // it has ended
                }
            }
        }
        return found;
    }

    static List<String> mountsBelow(Path folder) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .map(line -> line.split(" ")[4])
                .filter(place -> place.startsWith(folder.toString()))
                .toList();
    }

    /// Nothing of any container is left.
    void assertNothingLeft() throws Exception {
        assertNothingLeftBut(folder.resolve("no mount"));
    }

    /// @param mount of the test's own
    void assertNothingLeftBut(Path mount) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!processes(suffix).isEmpty()) {
            assertTrue(System.nanoTime() < deadline, "still there: " + processes(suffix));
            Thread.sleep(50);
        }
        List<String> mounts = new ArrayList<>(mountsBelow(folder));
        mounts.remove(mount.toString());
        assertTrue(mounts.isEmpty(), mounts + " are mounted");
        for (String id : ids) {
            assertTrue(!Files.exists(containers.resolve(id)), containers.resolve(id) + " is there");
            for (Path tree : CgroupHost.read().hierarchies().values()) {
                assertTrue(!Files.exists(tree.resolve(cgroups() + "/" + id)), tree + " has a group of " + id);
            }
        }
    }

    @Override
    public void close() throws Exception {
        for (CommandRuntime runtime : runtimes) {
            for (String id : ids) {
                try {
                    runtime.delete(id, true);
                } catch (io.crij.oci.runtime.OciException e) {
                    // a test of failures
                }
            }
        }
        shims.forEach(Shim::release);
        shims.forEach(Shim::close);
        builtin.close();
        for (Path tree : CgroupHost.read().hierarchies().values()) {
            Files.deleteIfExists(tree.resolve(cgroups()));
        }
        Path unified = CgroupHost.read().unified();
        if (unified != null) {
            Files.deleteIfExists(unified.resolve(cgroups()));
        }
        assertTrue(mountsBelow(folder).isEmpty(), mountsBelow(folder) + " are mounted");
        Directory.deleteTree(folder.toString());
    }
}
