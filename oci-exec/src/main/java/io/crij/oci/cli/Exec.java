package io.crij.oci.cli;

import io.crij.linux.Signal;
import io.crij.oci.cli.Argument.Kind;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

final class Exec implements Verb {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final OciExec command;
    private final Syntax syntax =
            new Syntax("exec", "Starts one more process in a container; all after ID is its command.");

    private final CreateOptions options = new CreateOptions(syntax);
    private final Argument<@Nullable Path> processFile =
            syntax.path("--process, -p", "FILE", "The process as JSON; replaces all below.");
    private final Argument<Boolean> detach = syntax.flag("--detach, -d", "Do not wait.");
    private final Argument<Boolean> tty = syntax.flag("--tty, -t", "With a terminal.");
    private final Argument<@Nullable String> cwd = syntax.text("--cwd", "DIR", "");
    private final Argument<List<String>> env = syntax.texts("--env, -e", "NAME=VALUE", "");
    private final Argument<@Nullable String> user = syntax.text("--user, -u", "UID[:GID]", "");
    private final Argument<List<Long>> additionalGids =
            syntax.option("--additional-gids, -g", "GID", "", Kind.LONG, List.of());
    private final Argument<List<String>> capabilities = syntax.texts("--cap, -c", "CAPABILITY", "");
    private final Argument<Boolean> noNewPrivileges = syntax.flag("--no-new-privs", "");
    private final Argument<@Nullable String> apparmor = syntax.text("--apparmor", "PROFILE", "");
    private final Argument<@Nullable String> label = syntax.text("--process-label", "LABEL", "");
    private final Argument<List<String>> cgroups =
            syntax.texts("--cgroup", "PATH", "Refused unless it is the container's own (/).");
    private final Argument<Boolean> ignorePaused =
            syntax.flag("--ignore-paused", "Wait for a paused container to be resumed; it is refused else.");
    private final Argument<String> id = syntax.id();
    private final Argument<List<String>> args = syntax.rest("COMMAND", "");

    Exec(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException, InterruptedException {
        for (String path : cgroups.value()) {
            if (!path.replaceFirst("^[a-z_,=]*:", "").matches("[/.]*")) {
                throw new Unsupported("--cgroup " + path + ": an exec joins the container's own cgroup only");
            }
        }
        OciRuntime runtime = command.runtime();
        ContainerState state = ignorePaused.value() ? resumed(runtime) : runtime.state(id.value());
        switch (state.status()) {
            case CREATED, RUNNING -> {}
            case PAUSED ->
                throw new WrongState("cannot exec in a paused container: " + id.value() + "; resume it first");
            case CREATING, STOPPED ->
                throw new WrongState("cannot exec in a container that is not running: " + id.value());
        }
        Process process = process(state);
        new SpecValidator().validate(process).forEach(command::warn);
        try (@Nullable
                        ConsoleSocket console = process.terminal() && options.console() != null
                                ? new ConsoleSocket(options.console())
                                : null;
                Shim shim = exec(runtime, process)) {
            boolean done = false;
            try {
                int code = begun(shim, console);
                done = true;
                return code;
            } finally {
                if (!done) {
                    abandon(shim);
                }
            }
        }
    }

    private int begun(Shim shim, @Nullable ConsoleSocket console) throws OciException, InterruptedException {
        if (console != null) {
            console.hand(shim);
        }
        options.tell(shim);
        if (detach.value()) {
            return 0;
        }
        try (var foreground = new Foreground(shim, console == null)) {
            return foreground.await();
        }
    }

    /// Nobody knows of the process, so it does not stay.
    private static void abandon(Shim shim) {
        if (shim.exitStatus().isEmpty()) {
            SignalForwarding.send(shim.pid(), Signal.KILL.number());
        }
        shim.release();
    }

    /// A process that came into a paused container would stop there before it has become the command, so it comes
    /// later.
    private ContainerState resumed(OciRuntime runtime) throws OciException, InterruptedException {
        ContainerState state = runtime.state(id.value());
        while (state.status() == ContainerState.Status.PAUSED) {
            Thread.sleep(LOOK_AGAIN);
            state = runtime.state(id.value());
        }
        return state;
    }

    private Shim exec(OciRuntime runtime, Process process) throws OciException, InterruptedException {
        var stdio = options.stdio(process.terminal(), detach.value(), 0);
        return detach.value()
                ? runtime.execDetached(id.value(), process, stdio)
                : runtime.exec(id.value(), process, stdio);
    }

    /// The container's own process with the options' changes.
    private Process process(ContainerState state) throws OciException, IOException {
        @Nullable Path file = processFile.value();
        if (file != null) {
            return new SpecReader().process(FileErrors.read("--process", file));
        }
        if (args.value().isEmpty()) {
            throw new InvalidSpec("COMMAND", "absent", "name the command after the container's id, or use --process");
        }
        @Nullable Process own = new SpecReader().bundle(state.bundle()).process();
        Process base = own == null ? Process.EMPTY : own;
        User who = user(base.user());
        return base.with(p -> {
            p.args = args.value();
            p.terminal = tty.value();
            p.cwd = Objects.requireNonNullElse(cwd.value(), p.cwd);
            p.env.addAll(env.value());
            p.user = who;
            p.noNewPrivileges |= noNewPrivileges.value();
            p.apparmorProfile = or(apparmor.value(), p.apparmorProfile);
            p.selinuxLabel = or(label.value(), p.selinuxLabel);
            p.capabilities = capabilities(p.capabilities);
        });
    }

    private static @Nullable String or(@Nullable String first, @Nullable String second) {
        return first == null ? second : first;
    }

    private User user(User own) throws InvalidSpec {
        var groups = new ArrayList<>(own.additionalGids());
        groups.addAll(additionalGids.value());
        @Nullable String wanted = user.value();
        if (wanted == null) {
            return new User(own.uid(), own.gid(), own.umask(), groups);
        }
        String[] parts = wanted.split(":", 2);
        try {
            long gid = parts.length == 2 ? Long.parseLong(parts[1]) : own.gid();
            return new User(Long.parseLong(parts[0]), gid, own.umask(), groups);
        } catch (NumberFormatException _) {
            throw new InvalidSpec("--user", wanted, "must be numbers, UID or UID:GID");
        }
    }

    /// Inheritable stays empty: a program with file capabilities would get them from there (CVE-2022-29162).
    private @Nullable Capabilities capabilities(@Nullable Capabilities own) {
        if (own == null || capabilities.value().isEmpty()) {
            return own;
        }
        return new Capabilities(
                plus(own.bounding()), plus(own.effective()), List.of(), plus(own.permitted()), own.ambient());
    }

    private List<String> plus(List<String> own) {
        var names = new ArrayList<>(own);
        capabilities.value().stream().filter(name -> !names.contains(name)).forEach(names::add);
        return names;
    }
}
