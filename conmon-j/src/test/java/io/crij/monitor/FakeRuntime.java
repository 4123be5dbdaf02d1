package io.crij.monitor;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Signal;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A runtime whose containers are plain processes with real pipes: no namespaces, but all of its state is in files, so
/// that another process can go on with it.
final class FakeRuntime implements OciRuntime {
    private final Path root;
    private final AtomicInteger execs = new AtomicInteger();
    /// When set, a create waits for it, until interrupted.
    volatile CountDownLatch gate = new CountDownLatch(0);
    /// Down when a create has begun.
    volatile CountDownLatch creating = new CountDownLatch(1);

    FakeRuntime(Path root) {
        this.root = root;
    }

    @Override
    public Shim create(CreateRequest request) throws OciException, InterruptedException {
        creating.countDown();
        gate.await();
        Path folder = root.resolve(request.id());
        if (Files.exists(folder)) {
            throw new OciException.AlreadyExists(request.id());
        }
        return spawn(folder, Objects.requireNonNull(request.spec().process()).args());
    }

    private static Shim spawn(Path folder, List<String> args) throws OciException, InterruptedException {
        if (args.getFirst().startsWith("missing")) {
            throw new OciException.CommandNotFound(args.getFirst());
        }
        try {
            Files.createDirectories(folder);
            for (String fifo : List.of("out", "err", "outlog", "errlog", "start", "exited", "quit")) {
                At.mknod(Fd.CWD, folder.resolve(fifo).toString(), FileFlags.S_IFIFO | 0600, 0);
            }
            List<String> command =
                    new ArrayList<>(List.of("setsid", "sh", "-c", FakeShim.SCRIPT, "shim", folder.toString()));
            command.addAll(args);
            new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            while (!Files.exists(folder.resolve("pid"))) {
                Thread.sleep(2);
            }
            return new FakeShim(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start(String id) throws OciException {
        go(folder(id));
    }

    private static void go(Path folder) {
        try (Fd start = Fd.open(folder.resolve("start").toString(), FileFlags.O_RDWR)) {
            Files.createFile(folder.resolve("started"));
            start.write(new byte[] {'\n'});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path folder(String id) throws OciException {
        Path folder = root.resolve(id);
        if (!Files.exists(folder)) {
            throw new OciException.NotFound(id);
        }
        return folder;
    }

    private static int pid(Path folder) {
        try {
            return Integer.parseInt(Files.readString(folder.resolve("pid")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void kill(String id, int signal, boolean all) throws OciException {
        Path folder = folder(id);
        if (Files.exists(folder.resolve("code"))) {
            throw new OciException.WrongState("container not running");
        }
        if (signal == 0) {
            return;
        }
        try {
            new Signal(signal).send(pid(folder));
            if (all) {
                killGroup(signal, pid(folder));
            }
        } catch (IOException e) {
            throw new OciException.WrongState("container not running: " + e.getMessage());
        }
    }

    private static void killGroup(int signal, int leader) throws ErrnoException {
        try {
            new Signal(signal).send(-leader);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
    }

    @Override
    public void delete(String id, boolean force) throws OciException, InterruptedException {
        Path folder = root.resolve(id);
        if (!Files.exists(folder)) {
            if (!force) {
                throw new OciException.NotFound(id);
            }
            return;
        }
        if (!Files.exists(folder.resolve("code"))) {
            if (!force) {
                throw new OciException.WrongState("cannot delete container " + id + " that is not stopped");
            }
            kill(id, 9, true);
        }
        try {
            while (!Files.exists(folder.resolve("code"))) {
                Thread.sleep(2);
            }
            try (FakeShim shim = new FakeShim(folder)) {
                shim.release();
            }
            remove(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    @Override
    public ContainerState state(String id) throws OciException {
        Path folder = folder(id);
        ContainerState.Status status = Files.exists(folder.resolve("code"))
                ? ContainerState.Status.STOPPED
                : Files.exists(folder.resolve("started"))
                        ? ContainerState.Status.RUNNING
                        : ContainerState.Status.CREATED;
        return new ContainerState("1.3.0", id, status, pid(folder), folder, "", Instant.now(), Map.of());
    }

    @Override
    public Shim exec(String id, Process process, Stdio stdio) throws OciException, InterruptedException {
        Path folder = folder(id).resolve("exec-" + execs.incrementAndGet());
        Shim shim = spawn(folder, process.args());
        go(folder);
        return shim;
    }

    @Override
    public void pause(String id) throws OciException {
        kill(id, 19, true);
    }

    @Override
    public void resume(String id) throws OciException {
        kill(id, 18, true);
    }

    @Override
    public void update(String id, LinuxResources resources) throws OciException {
        folder(id);
    }

    @Override
    public List<Integer> pids(String id) throws OciException {
        folder(id);
        return ProcessHandle.allProcesses().map(p -> (int) p.pid()).toList();
    }

    @Override
    public Shim reopen(String id) throws OciException {
        try {
            return new FakeShim(folder(id));
        } catch (IOException e) {
            throw new OciException.NotFound(id);
        }
    }
}
