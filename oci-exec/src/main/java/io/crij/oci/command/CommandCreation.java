package io.crij.oci.command;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.command.CommandSettings.Dialect;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.AlreadyExists;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.Rollback;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.runtime.Subreaper;
import io.crij.oci.runtime.Subreapers;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One create by a runtime that is a command. Whatever fails on the way, or an interrupt, undoes what was made:
/// also by a runtime that was killed in the middle.
final class CommandCreation {
    private static final System.Logger LOG = System.getLogger(CommandCreation.class.getName());

    private static final int READ_WRITE_NEW = FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_TRUNC;

    private final Tools tools;
    private final CreateRequest request;
    private final Path folder;
    private final SpecWriter specs = new SpecWriter();

    CommandCreation(Tools tools, CreateRequest request) {
        this.tools = tools;
        this.request = request;
        this.folder = tools.containers().resolve(request.id());
    }

    record Created(CommandContainer container, Shim shim) {}

    Created run() throws OciException, InterruptedException {
        String id = request.id();
        @Nullable String asked = request.spec().linux().cgroupsPath();
        String cgroupsPath = asked == null ? "" : asked;
        Optional<Cgroup> cgroup = tools.cgroup(cgroupsPath);
        try (var undo = new Rollback()) {
            var container = begin(cgroupsPath, cgroup, undo);
            Path root = ForeignRootfs.prepare(
                    request, tools.settings().name(), tools.settings().path(), tools.own(), folder, undo);
            Path bundle = bundle(root, cgroupsPath);
            // a group that was there before may have processes of others
            if (cgroup.isPresent() && !exists(cgroup.get())) {
                undo.add("remove the cgroups of " + id, cgroup.get()::killAndDelete);
            }
            undo.add("have " + tools.settings().path() + " forget " + id, () -> forget(id));
            return create(container, bundle, undo);
        } catch (IOException e) {
            throw new StepFailed(
                    "cannot create container " + id + ": " + e.getMessage(),
                    e instanceof ErrnoException errno ? errno.errno() : 0,
                    e);
        }
    }

    private static boolean exists(Cgroup cgroup) {
        return Files.exists(cgroup.folders().container().getFirst());
    }

    /// The rest is undone whatever comes of it.
    private void forget(String id) throws InterruptedException {
        try {
            tools.call(id, folder, "delete", "--force", id).run();
        } catch (OciException.NotFound e) {
            // it never came to be
        } catch (OciException e) {
            LOG.log(System.Logger.Level.WARNING, "after a create that failed: " + e.getMessage());
        }
    }

    private CommandContainer begin(String cgroupsPath, Optional<Cgroup> cgroup, Rollback undo)
            throws IOException, OciException {
        Files.createDirectories(folder);
        Files.createDirectories(tools.own());
        if (CommandRecord.FILE.isIn(folder)) {
            throw new AlreadyExists(request.id());
        }
        undo.add("remove " + folder, () -> CommandContainer.removeFiles(folder));
        var record = new CommandRecord(
                CommandRecord.VERSION,
                request.id(),
                tools.settings(),
                request.spec().ociVersion(),
                request.bundle().toString(),
                Instant.now().toEpochMilli(),
                false,
                0,
                0,
                null,
                cgroupsPath,
                request.rootfs() instanceof Rootfs.Overlay,
                request.spec().annotations());
        CommandRecord.FILE.write(folder, record);
        return new CommandContainer(folder, record, cgroup);
    }

    private Path bundle(Path root, String cgroupsPath) throws IOException {
        String place = cgroupsPath.isEmpty() ? "" : tools.cgroups().place(cgroupsPath);
        Spec spec = ForeignSpec.of(request, root, place);
        Files.write(folder.resolve(CommandContainer.CONFIG), specs.write(spec));
        return folder;
    }

    private Created create(CommandContainer container, Path bundle, Rollback undo)
            throws OciException, InterruptedException, IOException {
        String id = request.id();
        Path pidFile = folder.resolve(CommandContainer.PID);
        List<String> verb =
                new ArrayList<>(List.of("create", "--bundle", bundle.toString(), "--pid-file", pidFile.toString()));
        boolean waits = tools.settings().dialect() == Dialect.GVISOR;
        try (var console = request.stdio() instanceof Stdio.Terminal ? ConsoleSocket.open(tools.own()) : null;
                Fd waited = waits
                        ? Fd.open(folder.resolve(CommandContainer.WAITED).toString(), READ_WRITE_NEW, 0600)
                        : null) {
            if (console != null) {
                verb.addAll(List.of("--console-socket", console.path()));
            }
            verb.add(id);
            var call = new RuntimeCall(tools.settings(), tools.subreapers(), id, folder, verb);
            Optional<List<String>> waiter =
                    waits ? Optional.of(tools.call(id, folder, "wait", id).arguments("/dev/null")) : Optional.empty();
            Subreaper running = call.start(
                    request.stdio(),
                    Fd.open(folder.resolve(CommandContainer.EXIT).toString(), READ_WRITE_NEW, 0600),
                    console == null ? null : console.listener().fd(),
                    waiter,
                    waited);
            undo.add("end " + tools.settings().path() + " create of " + id, running::close);
            call.finish(running, tools.settings().createTime());
            int pid = pid(pidFile, tools, "create of container " + id);
            container.become(container.record().withProcess(pid, Subreapers.startOf(pid), running.handle()));
            Shim shim = running.adopt(pid, Exits.of(container));
            undo.commit();
            return new Created(container, shim);
        }
    }

    /// @param what was done, for the message
    static int pid(Path file, Tools tools, String what) throws OciException {
        String text;
        try {
            text = new String(readShort(file), StandardCharsets.US_ASCII).strip();
            int pid = Integer.parseInt(text);
            if (pid > 1) {
                return pid;
            }
        } catch (IOException e) {
            throw new StepFailed(
                    tools.settings().path() + " " + what + " ended well, but it has written no pid to its --pid-file: "
                            + e.getMessage() + ". Is it a runtime with runc's command line?",
                    0);
        } catch (NumberFormatException e) {
            // as below
        }
        throw new StepFailed(
                tools.settings().path() + " " + what + " ended well, but what it has written to its --pid-file is no"
                        + " pid. Is it a runtime with runc's command line?",
                0);
    }

    private static byte[] readShort(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(32);
        }
    }
}
