package io.crij.oci.cli;

import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.SpecReader;
import io.crij.oci.spec.SpecValidator;
import io.crij.oci.spec.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        description = "Starts one more process in a container; all after ID is its command.")
final class Exec implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Mixin
    private CreateOptions options;

    @Option(
            names = {"--process", "-p"},
            paramLabel = "FILE",
            description = "The process as JSON; replaces all below.")
    private @Nullable Path processFile;

    @Option(
            names = {"--detach", "-d"},
            description = "Do not wait.")
    private boolean detach;

    @Option(
            names = {"--tty", "-t"},
            description = "With a terminal.")
    private boolean tty;

    @Option(names = "--cwd", paramLabel = "DIR")
    private @Nullable String cwd;

    @Option(
            names = {"--env", "-e"},
            paramLabel = "NAME=VALUE")
    private List<String> env = List.of();

    @Option(
            names = {"--user", "-u"},
            paramLabel = "UID[:GID]")
    private @Nullable String user;

    @Option(
            names = {"--additional-gids", "-g"},
            paramLabel = "GID")
    private List<Long> additionalGids = List.of();

    @Option(
            names = {"--cap", "-c"},
            paramLabel = "CAPABILITY")
    private List<String> capabilities = List.of();

    @Option(names = "--no-new-privs")
    private boolean noNewPrivileges;

    @Option(names = "--apparmor", paramLabel = "PROFILE")
    private @Nullable String apparmor;

    @Option(names = "--process-label", paramLabel = "LABEL")
    private @Nullable String label;

    @Option(names = "--ignore-paused", description = "Accepted; a paused container is refused all the same.")
    boolean ignorePaused;

    @Option(names = "--cgroup", paramLabel = "PATH", description = "Refused unless it is the container's own (/).")
    private List<String> cgroups = List.of();

    @Parameters(index = "0", paramLabel = "ID")
    private String id;

    @Parameters(index = "1..*", paramLabel = "COMMAND")
    private List<String> args = List.of();

    @Override
    public Integer call() throws OciException, IOException, InterruptedException {
        for (String path : cgroups) {
            if (!path.replaceFirst("^[a-z_,=]*:", "").matches("[/.]*")) {
                throw new Unsupported("--cgroup " + path + ": an exec joins the container's own cgroup only");
            }
        }
        OciRuntime runtime = command.runtime();
        ContainerState state = runtime.state(id);
        switch (state.status()) {
            case CREATED, RUNNING -> {}
            case PAUSED -> throw new WrongState("cannot exec in a paused container: " + id + "; resume it first");
            case CREATING, STOPPED -> throw new WrongState("cannot exec in a container that is not running: " + id);
        }
        Process process = process(state);
        new SpecValidator().validate(process).forEach(command::warn);
        try (@Nullable
                        ConsoleSocket console = process.terminal() && options.consoleSocket != null
                                ? new ConsoleSocket(options.consoleSocket)
                                : null;
                Shim shim = exec(runtime, process)) {
            if (console != null) {
                console.hand(shim);
            }
            if (options.pidfdSocket != null) {
                PidfdSocket.hand(options.pidfdSocket, shim.pid());
            }
            if (options.pidFile != null) {
                PidFile.write(options.pidFile, shim.pid());
            }
            if (detach) {
                return 0;
            }
            try (var foreground = new Foreground(shim, console == null)) {
                return foreground.await();
            }
        }
    }

    private Shim exec(OciRuntime runtime, Process process) throws OciException, InterruptedException {
        var stdio = options.stdio(process.terminal(), detach, 0);
        return detach ? runtime.execDetached(id, process, stdio) : runtime.exec(id, process, stdio);
    }

    /// The container's own process with the options' changes.
    private Process process(ContainerState state) throws OciException, IOException {
        if (processFile != null) {
            return new SpecReader().process(Files.readAllBytes(processFile));
        }
        if (args.isEmpty()) {
            throw new InvalidSpec("COMMAND", "absent", "name the command after the container's id, or use --process");
        }
        @Nullable Process own = new SpecReader().bundle(state.bundle()).process();
        Process base = own == null ? Process.EMPTY : own;
        User who = user(base.user());
        return base.with(p -> {
            p.args = args;
            p.terminal = tty;
            p.cwd = cwd == null ? p.cwd : cwd;
            p.env.addAll(env);
            p.user = who;
            p.noNewPrivileges |= noNewPrivileges;
            p.apparmorProfile = apparmor == null ? p.apparmorProfile : apparmor;
            p.selinuxLabel = label == null ? p.selinuxLabel : label;
            p.capabilities = capabilities(p.capabilities);
        });
    }

    private User user(User own) throws InvalidSpec {
        var groups = new ArrayList<>(own.additionalGids());
        groups.addAll(additionalGids);
        if (user == null) {
            return new User(own.uid(), own.gid(), own.umask(), groups);
        }
        String[] parts = user.split(":", 2);
        try {
            long gid = parts.length == 2 ? Long.parseLong(parts[1]) : 0;
            return new User(Long.parseLong(parts[0]), gid, own.umask(), groups);
        } catch (NumberFormatException _) {
            throw new InvalidSpec("--user", user, "must be numbers, UID or UID:GID");
        }
    }

    /// Inheritable stays empty: a program with file capabilities would get them from there (CVE-2022-29162).
    private @Nullable Capabilities capabilities(@Nullable Capabilities own) {
        if (own == null || capabilities.isEmpty()) {
            return own;
        }
        return new Capabilities(
                plus(own.bounding()), plus(own.effective()), List.of(), plus(own.permitted()), own.ambient());
    }

    private List<String> plus(List<String> own) {
        var names = new ArrayList<>(own);
        capabilities.stream().filter(name -> !names.contains(name)).forEach(names::add);
        return names;
    }
}
