package io.crij.oci.command;

import io.crij.linux.Memfd;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.runtime.Subreaper;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// One exec by a runtime that is a command. The process has a subreaper of its own, which does not outlive the
/// monitor that asked for it.
final class CommandExec {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final Tools tools;
    private final CommandContainer container;
    private final SpecWriter specs = new SpecWriter();

    CommandExec(Tools tools, CommandContainer container) {
        this.tools = tools;
        this.container = container;
    }

    Shim run(Process process, Stdio stdio) throws OciException, InterruptedException {
        long number = NUMBERS.incrementAndGet();
        Path processFile = container.folder().resolve("process-" + number);
        Path pidFile = container.folder().resolve(CommandContainer.PID + "-" + number);
        try {
            return run(process, stdio, processFile, pidFile);
        } catch (IOException e) {
            throw new StepFailed("cannot exec in container " + container.id() + ": " + e.getMessage(), 0, e);
        } finally {
            delete(processFile);
            delete(pidFile);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // it goes with the container's folder
        }
    }

    private Shim run(Process process, Stdio stdio, Path processFile, Path pidFile)
            throws OciException, InterruptedException, IOException {
        boolean terminal = stdio instanceof Stdio.Terminal;
        Files.write(processFile, specs.write(process.with(p -> p.terminal = terminal)));
        List<String> verb = new ArrayList<>(
                List.of("exec", "--process", processFile.toString(), "--pid-file", pidFile.toString(), "--detach"));
        try (var console = terminal ? ConsoleSocket.open(tools.own()) : null) {
            if (console != null) {
                verb.addAll(List.of("--console-socket", console.path()));
            }
            verb.add(container.id());
            var call = new RuntimeCall(tools.settings(), tools.subreapers(), container.id(), container.folder(), verb);
            // how it ends is nowhere on disk: it does not outlive the monitor that asked for it
            try (Subreaper running = call.start(
                    stdio,
                    Memfd.create("crij-exit"),
                    console == null ? null : console.listener().fd(),
                    Optional.empty(),
                    null)) {
                call.finish(running, tools.settings().createTime());
                int pid = CommandCreation.pid(pidFile, tools, "exec in container " + container.id());
                return running.adopt(pid, Subreaper.Exits.ofPid(pid));
            }
        }
    }
}
