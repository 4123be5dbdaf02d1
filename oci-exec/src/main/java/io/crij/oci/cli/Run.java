package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Creates and starts a container, waits for its end and removes it.")
final class Run implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Mixin
    private Bundle bundle;

    @Mixin
    private CreateOptions options;

    @Option(
            names = {"--detach", "-d"},
            description = "Do not wait.")
    private boolean detach;

    @Option(names = "--keep", description = "Do not remove it after its end.")
    private boolean keep;

    @Parameters(paramLabel = "ID")
    private String id;

    @Option(names = "--no-subreaper", description = "Accepted: this command reaps what it started only.")
    boolean noSubreaper;

    @Override
    public Integer call() throws OciException, IOException, InterruptedException {
        OciRuntime runtime = command.runtime();
        try (Shim shim = Create.create(command, runtime, bundle, options, id, detach)) {
            if (detach) {
                start(runtime);
                return 0;
            }
            try (var foreground = new Foreground(shim, options.consoleSocket == null)) {
                start(runtime);
                int code = foreground.await();
                if (!keep) {
                    runtime.delete(id, true);
                }
                return code;
            }
        }
    }

    private void start(OciRuntime runtime) throws OciException, InterruptedException {
        try {
            runtime.start(id);
        } catch (OciException e) {
            runtime.delete(id, true);
            throw e;
        }
    }
}
