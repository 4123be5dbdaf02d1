package io.crij.shim;

import io.crij.linux.Directory;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Signal;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.command.ForeignRootfs;
import io.crij.oci.command.ForeignSpec;
import io.crij.oci.command.HostRootfs;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.AlreadyExists;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.Rollback;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Subreaper;
import io.crij.oci.runtime.Subreapers;
import io.crij.oci.spec.SpecWriter;
import io.crij.shim.proto.CreateTaskRequest;
import io.crij.shim.proto.Packed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One create by a shim: of the pod's sandbox, which starts the shim, or of a container that joins it. Whatever fails
/// on the way, or an interrupt, undoes what was made, also by a shim that does not answer any more.
final class ShimCreation {
    private static final System.Logger LOG = System.getLogger(ShimCreation.class.getName());
    static final String SANDBOX_ID = "io.kubernetes.cri.sandbox-id";
    private static final int READ_WRITE_NEW = FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_TRUNC;

    private final ShimTools tools;
    private final CreateRequest request;
    private final Path folder;
    private final Path bundle;

    ShimCreation(ShimTools tools, CreateRequest request) {
        this.tools = tools;
        this.request = request;
        this.folder = tools.containers().resolve(request.id());
        this.bundle = tools.bundles().resolve(request.id());
    }

    record Created(ShimContainer container, Shim streams) {}

    Created run() throws OciException, InterruptedException {
        String id = request.id();
        @Nullable String asked = request.spec().linux().cgroupsPath();
        String cgroupsPath = asked == null ? "" : asked;
        Optional<Cgroup> cgroup = tools.cgroups().find(cgroupsPath);
        try (var undo = new Rollback()) {
            ShimContainer container = begin(cgroupsPath, cgroup, undo);
            prepare(container, cgroupsPath, undo);
            // a group that was there before may have processes of others
            if (cgroup.isPresent()
                    && !Files.exists(cgroup.get().folders().container().getFirst())) {
                undo.add("remove the cgroups of " + id, cgroup.get()::killAndDelete);
            }
            var created = create(container, undo);
            undo.commit();
            return created;
        } catch (IOException e) {
            throw new StepFailed(
                    "cannot create container " + id + ": " + e.getMessage(),
                    e instanceof ErrnoException errno ? errno.errno() : 0,
                    e);
        }
    }

    private ShimContainer begin(String cgroupsPath, Optional<Cgroup> cgroup, Rollback undo)
            throws IOException, OciException {
        Files.createDirectories(folder);
        if (ShimRecord.FILE.isIn(folder)) {
            throw new AlreadyExists(request.id());
        }
        undo.add("remove the files of " + request.id(), () -> ShimContainer.removeFiles(folder));
        var record = new ShimRecord(
                ShimRecord.VERSION,
                request.id(),
                tools.settings(),
                request.spec().ociVersion(),
                request.bundle().toString(),
                Instant.now().toEpochMilli(),
                request.rootfs() instanceof Rootfs.Pause,
                false,
                null,
                null,
                null,
                Streams.of(request.stdio()),
                cgroupsPath,
                request.rootfs() instanceof Rootfs.Overlay,
                request.spec().annotations());
        ShimRecord.FILE.write(folder, record);
        Files.createDirectories(tools.bundles());
        // what has no record is nobody's
        HostRootfs.unmount(bundle);
        Directory.deleteTree(bundle.toString());
        Files.createDirectory(
                bundle, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        undo.add("remove " + bundle, () -> Directory.deleteTree(bundle.toString()));
        return new ShimContainer(tools, record, cgroup);
    }

    /// Its bundle and its pipes.
    private void prepare(ShimContainer container, String cgroupsPath, Rollback undo) throws IOException, OciException {
        Path root = ForeignRootfs.prepare(
                request, tools.settings().name(), tools.settings().path(), tools.own(), bundle, undo);
        String place = cgroupsPath.isEmpty() ? "" : tools.cgroups().place(cgroupsPath);
        var spec = ForeignSpec.of(
                request, root, place, container.record().streams().terminal());
        Files.write(bundle.resolve("config.json"), new SpecWriter().write(spec));
        ShimLog.make(bundle);
        container.pipes().make();
        container.hold();
        undo.add("close the pipes of " + request.id(), container::letGo);
    }

    private Created create(ShimContainer container, Rollback undo)
            throws OciException, IOException, InterruptedException {
        Fd exitRecords = Fd.open(ShimProgram.exitRecords(bundle), READ_WRITE_NEW, 0600);
        Optional<ShimAddress> shared = sandboxOf(container);
        Subreaper holder;
        if (shared.isPresent()) {
            holder = tools.program().hold(container.id(), container.pipes(), exitRecords);
            undo.add("end the holder of " + container.id(), holder::close);
            container.become(container.record().withShim(shared.get()));
        } else {
            undo.add("end the shim of " + container.id(), () -> endShim(container));
            var started = tools.program().start(container.id(), bundle, container.pipes(), exitRecords);
            holder = started.holder();
            undo.add("end the holder of " + container.id(), holder::close);
            container.become(container.record().withShim(started.address()));
        }
        int shim = container.task().connect().getShimPid();
        undo.add("have the shim forget " + container.id(), () -> forget(container));
        int pid = container.task().create(message(container));
        var processes = new ShimRecord.Processes(pid, Subreapers.startOf(pid), shim, Subreapers.startOf(shim));
        container.become(container.record().withProcess(processes, holder.handle()));
        return new Created(container, holder.adopt(pid, (_, _) -> container.exit()));
    }

    /// Where the shim of its sandbox serves, when it has one.
    private Optional<ShimAddress> sandboxOf(ShimContainer container) throws IOException {
        @Nullable String sandbox = request.spec().annotations().get(SANDBOX_ID);
        if (container.record().sandbox() || sandbox == null || !sandbox.matches("[A-Za-z0-9_+.-]+")) {
            return Optional.empty();
        }
        return ShimRecord.FILE.read(tools.containers().resolve(sandbox)).map(ShimRecord::address);
    }

    private CreateTaskRequest message(ShimContainer container) {
        NamedPipes pipes = container.pipes();
        Packed options = ShimOptions.of(tools.settings());
        var message = CreateTaskRequest.newBuilder()
                .setId(container.id())
                .setBundle(bundle.toString())
                .setTerminal(container.record().streams().terminal())
                .setStdin(NamedPipes.name(pipes.stdin()))
                .setStdout(NamedPipes.name(pipes.stdout()))
                .setStderr(NamedPipes.name(pipes.stderr()));
        if (!options.getTypeUrl().isEmpty()) {
            message.setOptions(options);
        }
        return message.build();
    }

    /// The rest is undone whatever comes of it.
    private static void forget(ShimContainer container) throws InterruptedException {
        try {
            container.task().kill("", Signal.KILL.number(), true);
        } catch (OciException.TimedOut e) {
            LOG.log(System.Logger.Level.WARNING, "after a create that failed: " + e.getMessage());
            return;
        } catch (OciException e) {
            // it never came to be
        }
        try {
            container.deleteTask();
            container.task().shutdown();
        } catch (OciException e) {
            LOG.log(System.Logger.Level.WARNING, "after a create that failed: " + e.getMessage());
        }
    }

    private void endShim(ShimContainer container) throws InterruptedException {
        ShimProcesses.killIn(bundle);
        new ShimRemains(tools, container).clean();
    }
}
