package io.crij.e2e.bench;

import io.crij.linux.ChildExit;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Spawn;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A runtime of the distribution, called as a process for each verb, without a monitor.
final class PackagedRuntime implements AutoCloseable {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Path program;
    private final Path state;
    private final Fd nothing = Fd.open("/dev/null", FileFlags.O_RDWR);

    /// @param state its root folder
    PackagedRuntime(Path program, Path state) throws ErrnoException {
        this.program = program;
        this.state = state;
    }

    /// Empty when this machine does not have it.
    static Optional<Path> find(String name) {
        for (var place : PATH.split(":", -1)) {
            if (Files.isExecutable(Path.of(place, name))) {
                return Optional.of(Path.of(place, name));
            }
        }
        return Optional.empty();
    }

    /// @param bundle gets the file "pid"
    void create(String id, Path bundle) throws IOException {
        command(
                "create",
                "--bundle",
                bundle.toString(),
                "--pid-file",
                pidFile(bundle).toString(),
                id);
    }

    static Path pidFile(Path bundle) {
        return bundle.resolve("pid");
    }

    void start(String id) throws IOException {
        command("start", id);
    }

    /// Of one that runs, too.
    void delete(String id) throws IOException {
        command("delete", "--force", id);
    }

    private void command(String... verb) throws IOException {
        var arguments = new ArrayList<>(List.of(program.toString(), "--root", state.toString()));
        arguments.addAll(List.of(verb));
        int pid = new Spawn(program.toString())
                .arguments(arguments)
                .environment(List.of("PATH=" + PATH))
                .descriptor(0, nothing)
                .descriptor(1, nothing)
                .start();
        var exit = ChildExit.await(pid);
        if (exit.shellCode() != 0) {
            throw new IOException(String.join(" ", arguments) + " ended with " + exit.shellCode());
        }
    }

    @Override
    public void close() {
        nothing.close();
    }
}
