package io.crij.monitor;

import io.crij.oci.command.CommandRuntime;
import io.crij.oci.command.CommandSettings;
import io.crij.oci.runtime.OciRuntime;
import io.crij.shim.ShimSettings;
import io.crij.shim.Shims;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// The runtimes of containers: those of this process by the name of a handler, of which the empty one is the
/// built-in one, and those that are other programs, by their settings. Thread-safe.
public final class Handlers {
    private final Map<String, OciRuntime> byName;
    private final Map<CommandSettings, OciRuntime> commands = new ConcurrentHashMap<>();
    private final Function<CommandSettings, OciRuntime> newCommand;
    private final Map<ShimSettings, OciRuntime> shims = new ConcurrentHashMap<>();
    private final Function<ShimSettings, OciRuntime> newShim;

    /// Without other programs.
    public Handlers(Map<String, OciRuntime> byName) {
        this(
                byName,
                settings -> {
                    throw new IllegalStateException("this monitor runs no commands such as " + settings.path());
                },
                settings -> {
                    throw new IllegalStateException("this monitor runs no shims such as " + settings.path());
                });
    }

    public Handlers(
            Map<String, OciRuntime> byName,
            Function<CommandSettings, OciRuntime> newCommand,
            Function<ShimSettings, OciRuntime> newShim) {
        this.byName = Map.copyOf(byName);
        this.newCommand = newCommand;
        this.newShim = newShim;
    }

    OciRuntime find(String name, MonitoredRuntime runtime) throws MonitorException {
        return switch (runtime) {
            case MonitoredRuntime.BuiltIn _ -> find(name);
            case MonitoredRuntime.Command(CommandSettings settings) -> commands.computeIfAbsent(settings, newCommand);
            case MonitoredRuntime.ShimV2(ShimSettings settings) -> shims.computeIfAbsent(settings, newShim);
        };
    }

    OciRuntime find(String name) throws MonitorException {
        OciRuntime runtime = byName.get(name);
        if (runtime == null) {
            throw new MonitorException(
                    MonitorException.Code.UNSUPPORTED,
                    "there is no runtime handler \"" + name + "\"; conmon-j knows " + new TreeMap<>(byName).keySet(),
                    0);
        }
        return runtime;
    }

    OciRuntime builtIn() throws MonitorException {
        return find("");
    }

    /// Which runtime a container has whose own record is lost, as far as that runtime's says it.
    ///
    /// @param containers folder with a folder for each container
    static MonitoredRuntime foundIn(Path containers, String id) throws IOException {
        Optional<ShimSettings> shim = Shims.settingsOf(containers, id);
        if (shim.isPresent()) {
            return new MonitoredRuntime.ShimV2(shim.get());
        }
        Optional<CommandSettings> command = CommandRuntime.settingsOf(containers, id);
        return command.<MonitoredRuntime>map(MonitoredRuntime.Command::new).orElseGet(MonitoredRuntime.BuiltIn::new);
    }
}
