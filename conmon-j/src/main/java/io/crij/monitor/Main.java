package io.crij.monitor;

import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.command.CommandRuntime;
import io.crij.oci.runtime.BuiltinRuntime;
import io.crij.shim.Shims;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// The `conmon-j` program.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length == 1 && arguments[0].equals("--version")) {
            System.out.println("conmon-j " + Version.TEXT);
            return;
        }
        if (arguments.length == 1 && arguments[0].equals("--help")) {
            System.out.print(Options.USAGE);
            return;
        }
        try {
            Options options = Options.parse(arguments);
            new MonitorProgram(options).run(handlers(options.state()));
        } catch (IllegalArgumentException e) {
            System.err.print("conmon-j: " + e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
        } catch (IOException e) {
            System.err.println("conmon-j: " + e.getMessage());
            System.exit(1);
        }
    }

    private static Handlers handlers(Path state) throws IOException {
        Path containers = state.resolve("containers");
        BuiltinRuntime builtIn = new BuiltinRuntime(containers);
        CgroupHost cgroups = CgroupHost.read();
        Shims shims = new Shims(state, containers, builtIn.subreapers(), cgroups);
        return new Handlers(
                Map.of("", builtIn, "builtin", builtIn),
                settings -> new CommandRuntime(
                        settings, containers, state.resolve("commands"), builtIn.subreapers(), cgroups),
                shims::runtime);
    }
}
