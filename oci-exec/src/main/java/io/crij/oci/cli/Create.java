package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecValidator;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Creates a container from a bundle; its program waits for start.")
final class Create implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Mixin
    private Bundle bundle;

    @Mixin
    private CreateOptions options;

    @Parameters(paramLabel = "ID")
    private String id;

    @Override
    public Integer call() throws OciException, IOException, InterruptedException {
        create(command, command.runtime(), bundle, options, id, true).close();
        return 0;
    }

    /// Creates and hands pid and terminal to the caller; undone when that fails.
    static Shim create(
            OciExec command, OciRuntime runtime, Bundle bundle, CreateOptions options, String id, boolean detached)
            throws OciException, IOException, InterruptedException {
        var inherited = new InheritedDescriptors();
        Spec placed = command.placed(bundle.spec(), id);
        Spec spec = NotifySocket.pass(inherited.announce(placed), System.getenv("NOTIFY_SOCKET"));
        new SpecValidator().validate(spec).forEach(command::warn);
        @Nullable Process process = spec.process();
        boolean terminal = process != null && process.terminal();
        var request = bundle.request(id, spec, options.stdio(terminal, detached, inherited.listening()), detached);
        try (@Nullable
                ConsoleSocket console =
                        terminal && options.consoleSocket != null ? new ConsoleSocket(options.consoleSocket) : null) {
            Shim shim = runtime.create(request);
            try {
                if (console != null) {
                    console.hand(shim);
                }
                if (options.pidfdSocket != null) {
                    PidfdSocket.hand(options.pidfdSocket, shim.pid());
                }
                if (options.pidFile != null) {
                    PidFile.write(options.pidFile, shim.pid());
                }
                return shim;
            } catch (OciException | IOException e) {
                shim.close();
                runtime.delete(id, true);
                throw e;
            }
        }
    }
}
