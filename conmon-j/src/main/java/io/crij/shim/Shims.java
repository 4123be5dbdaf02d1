package io.crij.shim;

import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.command.ForeignCgroups;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Subreapers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// All that runs over shims. Nothing is there before the first runtime is asked for: a node without shims has neither
/// socket nor thread for them. Thread-safe.
public final class Shims implements AutoCloseable {
    private final Path state;
    private final Path containers;
    private final Subreapers subreapers;
    private final CgroupHost host;
    private final ShimLinks links = new ShimLinks();
    private final List<ShimRuntime> runtimes = new CopyOnWriteArrayList<>();
    private @Nullable ShimEvents events;

    /// @param state the monitor's folder
    /// @param containers folder with a folder for each container
    public Shims(Path state, Path containers, Subreapers subreapers, CgroupHost host) {
        this.state = state.toAbsolutePath().normalize();
        this.containers = containers.toAbsolutePath().normalize();
        this.subreapers = subreapers;
        this.host = host;
    }

    /// Which shim has that container, if one has: for those whose other records are lost.
    public static Optional<ShimSettings> settingsOf(Path containers, String id) throws IOException {
        return ShimRecord.FILE.read(containers.resolve(id)).map(ShimRecord::settings);
    }

    /// @throws UncheckedIOException when shims would have nobody to tell what happens
    public OciRuntime runtime(ShimSettings settings) {
        var program = new ShimProgram(settings, subreapers, listen());
        var runtime = new ShimRuntime(new ShimTools(
                settings,
                containers,
                state.resolve("shims"),
                state.resolve("commands"),
                subreapers,
                new ForeignCgroups(host, settings.systemdCgroup()),
                links,
                program));
        runtimes.add(runtime);
        return runtime;
    }

    private synchronized Path listen() {
        Path socket = state.resolve("shim").resolve("events");
        if (events == null) {
            try {
                events = new ShimEvents(socket, id -> runtimes.forEach(runtime -> runtime.ranOutOfMemory(id)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return socket;
    }

    /// Shims and containers go on.
    @Override
    public synchronized void close() throws IOException {
        if (events != null) {
            events.close();
        }
        links.close();
    }
}
