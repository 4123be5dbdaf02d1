package io.crij.shim;

import com.google.protobuf.MessageLite;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Memfd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.TimedOut;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.runtime.Subreaper;
import io.crij.oci.runtime.Subreapers;
import io.crij.shim.proto.BootstrapParams;
import io.crij.shim.proto.Packed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A shim's program. `start` leaves the shim behind, or finds the one of the same pod, and prints its address; `delete`
/// takes away what a dead shim has left of a container. Either is killed with all that it has started when its time is
/// over.
final class ShimProgram {
    /// Shims keep what they make apart by it: ours are not containerd's.
    static final String NAMESPACE = "crij";

    private static final int MOST_SAID = 1 << 20;
    private static final int LONGEST_WORDS = 4096;

    private final ShimSettings settings;
    private final Subreapers subreapers;
    private final Path events;

    /// @param events socket where shims tell what happens
    ShimProgram(ShimSettings settings, Subreapers subreapers, Path events) {
        this.settings = settings;
        this.subreapers = subreapers;
        this.events = events;
    }

    /// A shim that was started.
    ///
    /// @param holder its parent, which holds the streams of the container
    record Started(Subreaper holder, ShimAddress address) {}

    /// Starts it, or finds the one that is there.
    ///
    /// @param bundle of the container, with its configuration
    /// @param exitRecords taken over
    Started start(String id, Path bundle, NamedPipes pipes, Fd exitRecords)
            throws OciException, ErrnoException, InterruptedException {
        Said said = run(id, bundle, pipes, exitRecords, ShimOptions.of(settings), settings.createTime(), "start");
        if (said.code() != 0 && wantsParameters(said)) {
            said.call().close();
            Fd fresh = Fd.open(exitRecords(bundle), FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_TRUNC, 0600);
            said = run(id, bundle, pipes, fresh, parameters(id), settings.createTime(), "start");
        }
        try {
            Optional<ShimAddress> address = said.code() == 0 ? ShimAddress.parse(said.out()) : Optional.empty();
            if (said.code() != 0) {
                throw new StepFailed(what("start", id) + " failed with exit code " + said.code() + said.words(), 0);
            }
            return new Started(
                    said.call(),
                    address.orElseThrow(() -> new StepFailed(
                            what("start", id) + " printed no address of a unix socket with ttrpc of version 2 or 3"
                                    + last(bundle) + ". Is it a shim of containerd's?",
                            0)));
        } catch (OciException e) {
            said.call().close();
            throw e;
        }
    }

    static String exitRecords(Path bundle) {
        return bundle.resolve("exit-records").toString();
    }

    private static String last(Path bundle) {
        String words = ShimLog.lastWords(bundle);
        return words.isEmpty() ? "" : "; its log ends with: " + words;
    }

    /// Shims of containerd 2.3 and later take their options in another message.
    private static boolean wantsParameters(Said said) {
        return said.words().contains("bootstrap parameters") || said.words().contains("deprecated API");
    }

    private BootstrapParams parameters(String id) {
        Packed options = ShimOptions.of(settings);
        var parameters = BootstrapParams.newBuilder()
                .setInstanceId(id)
                .setNamespace(NAMESPACE)
                .setContainerdTtrpcAddress(events.toString())
                .setContainerdGrpcAddress(events.toString())
                .setContainerdBinary("/bin/true");
        if (!options.getTypeUrl().isEmpty()) {
            parameters.addExtensions(BootstrapParams.Extension.newBuilder().setValue(options));
        }
        return parameters.build();
    }

    /// A process that holds the streams of a container whose shim is there already.
    Subreaper hold(String id, NamedPipes pipes, Fd exitRecords) throws ErrnoException {
        try (Fd nothing = Fd.open("/dev/null", FileFlags.O_RDWR)) {
            var none = new Stdio.Given(nothing, nothing, nothing);
            return subreapers.start(new Subreaper.Request(
                    id, List.of(), List.of(), "/", stdio(pipes, none), exitRecords, null, Optional.empty(), null));
        }
    }

    /// Takes away what a dead shim has left of the container, as far as its program knows how.
    void delete(String id, Path bundle) throws OciException, ErrnoException, InterruptedException {
        Said said = run(
                id,
                bundle,
                NamedPipes.none(),
                Memfd.create("crij-exit"),
                Packed.getDefaultInstance(),
                settings.time(),
                "-bundle",
                bundle.toString(),
                "delete");
        said.call().close();
        if (said.code() != 0) {
            throw new StepFailed(what("delete", id) + " failed with exit code " + said.code() + said.words(), 0);
        }
    }

    /// A call that has ended; its process waits to be adopted or closed.
    private record Said(Subreaper call, int code, byte[] out, byte[] err) {
        String words() {
            String text =
                    (new String(out, StandardCharsets.UTF_8) + "\n" + new String(err, StandardCharsets.UTF_8)).strip();
            String printable = text.replaceAll("[^\\P{Cntrl}\\n\\t]", "?");
            return printable.isEmpty()
                    ? " and said nothing"
                    : ": " + printable.substring(0, Math.min(LONGEST_WORDS, printable.length()));
        }
    }

    private Said run(
            String id,
            Path bundle,
            NamedPipes pipes,
            Fd exitRecords,
            MessageLite input,
            Duration time,
            String... action)
            throws OciException, ErrnoException, InterruptedException {
        try (Fd in = Memfd.create("crij-shim-options");
                Pipe out = Pipe.open();
                Pipe err = Pipe.open()) {
            in.write(input.toByteArray());
            in.seek(0);
            // who prints more is no shim, and may wait for its time to be over
            out.writer().pipeCapacity(MOST_SAID);
            var own = new Stdio.Given(in, out.writer(), err.writer());
            Subreaper call = subreapers.start(new Subreaper.Request(
                    id,
                    arguments(id, action),
                    environment(),
                    bundle.toString(),
                    stdio(pipes, own),
                    exitRecords,
                    null,
                    Optional.empty(),
                    null));
            try {
                Optional<ExitStatus> exit = call.await(time);
                if (exit.isEmpty()) {
                    throw new TimedOut(
                            what(action[action.length - 1], id) + ", which was killed with all that it had started",
                            time);
                }
                return new Said(call, exit.get().code(), said(out.reader()), said(err.reader()));
            } catch (OciException | ErrnoException | InterruptedException | RuntimeException e) {
                call.close();
                throw e;
            }
        }
    }

    private static byte[] said(Fd pipe) throws ErrnoException {
        byte[] text = new byte[pipe.available()];
        if (text.length > 0) {
            pipe.read(text);
        }
        return text;
    }

    private static Stdio stdio(NamedPipes pipes, Stdio.Given command) {
        Path out = pipes.stdout();
        return out == null ? command : new Stdio.Named(pipes.stdin(), out, pipes.stderr(), command);
    }

    private List<String> arguments(String id, String... action) {
        List<String> all = new ArrayList<>();
        all.add(settings.path());
        all.addAll(List.of("-namespace", NAMESPACE, "-address", events.toString()));
        // called by no shim that knows TTRPC_ADDRESS
        all.addAll(List.of("-publish-binary", "/bin/true", "-id", id));
        all.addAll(List.of(action));
        return all;
    }

    private List<String> environment() {
        return List.of(
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME=/",
                "LANG=C.UTF-8",
                "GOMAXPROCS=2",
                "MAX_SHIM_VERSION=2",
                "TTRPC_ADDRESS=" + events,
                "GRPC_ADDRESS=" + events,
                "NAMESPACE=" + NAMESPACE);
    }

    private String what(String action, String id) {
        return settings.path() + " " + action + " (handler " + settings.name() + ") of container " + id;
    }
}
