package io.crij.oci.cli;

import io.crij.linux.ErrnoException;
import io.crij.linux.Self;
import io.crij.linux.systemd.ScopeName;
import io.crij.oci.runtime.BuiltinRuntime;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// The command as a whole: what stands before the verb.
public final class OciExec {
    private static final List<String> VERBS = List.of(
            "create",
            "start",
            "state",
            "kill",
            "delete",
            "run",
            "exec",
            "list",
            "ps",
            "events",
            "pause",
            "resume",
            "update",
            "spec",
            "features",
            "explain");

    /// As runc answers.
    private static final int UNKNOWN_VERB = 3;

    private final Runtimes runtimes;
    private final User user;
    private final PrintStream out;
    private final PrintStream err;
    private boolean opened;

    private final Syntax syntax = new Syntax("oci-exec", "Runs containers from OCI bundles.");
    private final Argument<Path> root;
    private final Argument<@Nullable Path> log =
            syntax.path("--log", "FILE", "File for messages, besides standard error.");
    private final Argument<String> logFormat =
            syntax.text("--log-format", "text|json", "text", "How messages stand in that file.");
    private final Argument<Boolean> debug = syntax.flag("--debug", "Print the whole stack of an error.");
    private final Argument<Boolean> systemdCgroup =
            syntax.flag("--systemd-cgroup", "systemd makes the cgroups: linux.cgroupsPath is slice:prefix:name.");
    private final Argument<String> cgroupManager = syntax.text(
            "--cgroup-manager",
            "cgroupfs|systemd",
            "cgroupfs",
            "Who makes the cgroups (${DEFAULT-VALUE}); systemd is the same as --systemd-cgroup.");
    private final Argument<@Nullable String> rootless =
            syntax.text("--rootless", "BOOL|auto", "Whether an ordinary user runs this, which it sees for itself.");

    /// Makes the runtime of one call.
    interface Runtimes {
        OciRuntime open(Path root, Consumer<String> warnings) throws IOException;
    }

    /// Who runs this.
    interface User {
        int get();
    }

    /// @param folder of the user for what runs (`XDG_RUNTIME_DIR`)
    OciExec(Runtimes runtimes, User user, @Nullable String folder, PrintStream out, PrintStream err) {
        this.runtimes = runtimes;
        this.user = user;
        this.out = out;
        this.err = err;
        root = syntax.path(
                "--root",
                "DIR",
                Path.of(folder == null || user.get() == 0 ? "/run" : folder, "oci-exec"),
                "Folder for the state of containers (${DEFAULT-VALUE}).");
        syntax.text("--log-level", "LEVEL", "Accepted, as crun does.").hidden();
        syntax.text("--criu", "FILE", "Accepted, there is no checkpoint.").hidden();
    }

    public static void main(String[] args) throws ErrnoException {
        Thread.ofPlatform().daemon().name("numbers").start(OciExec::beginNumbers);
        OciExec command = command();
        int code = command.run(args);
        if (!command.opened) {
            System.exit(code); // without a native call, which the others have made anyway
        }
        System.out.flush();
        System.err.flush();
        Self.end(code);
    }

    /// Jackson's parsers know BigDecimal, whose class works out 5^65536 before its first use (JDK 25): 25 ms in a JVM
    /// that has just started, which need not begin when the first file is read.
    private static void beginNumbers() {
        BigDecimal.ONE.signum();
    }

    /// As it is started.
    static OciExec command() {
        return new OciExec(
                BuiltinRuntime::forCommand,
                OciExec::effectiveUser,
                System.getenv("XDG_RUNTIME_DIR"),
                System.out,
                System.err);
    }

    int run(String... args) {
        List<String> line = List.of(args);
        @Nullable Verb verb = plain(line);
        return verb == null ? withPicocli(line) : run(verb);
    }

    /// The verb of a line that is understood without picocli.
    private @Nullable Verb plain(List<String> line) {
        int at = readOptions(line);
        if (at < 0 || at == line.size() || !VERBS.contains(line.get(at))) {
            return null;
        }
        Verb verb = verb(line.get(at));
        return verb.syntax().read(line, at + 1) ? verb : null;
    }

    /// Of what stands before the verb.
    ///
    /// @return the verb's index; -1 for a line that only picocli can understand
    int readOptions(List<String> line) {
        return syntax.readOptions(line, 0);
    }

    private Verb verb(String name) {
        return switch (name) {
            case "create" -> new Create(this);
            case "start" -> new Start(this);
            case "state" -> new State(this);
            case "kill" -> new Kill(this);
            case "delete" -> new Delete(this);
            case "run" -> new Run(this);
            case "exec" -> new Exec(this);
            case "list" -> new ListContainers(this);
            case "ps" -> new Processes(this);
            case "events" -> new Events(this);
            case "pause" -> new Pause(this);
            case "resume" -> new Resume(this);
            case "update" -> new Update(this);
            case "spec" -> new SpecTemplate();
            case "features" -> new Features(this);
            case "explain" -> new Explain(this);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private int run(Verb verb) {
        try {
            return verb.run();
        } catch (Exception e) {
            return failed(e, verb);
        }
    }

    /// Help, versions, the less usual ways to write options, and mistakes.
    private int withPicocli(List<String> line) {
        CommandSpec spec = syntax.forPicocli(this).versionProvider(new Version());
        spec.usageMessage().synopsisSubcommandLabel("VERB");
        var picocli = new CommandLine(spec);
        for (String name : verbs(line)) {
            Verb verb = verb(name);
            picocli.addSubcommand(name, verb.syntax().forPicocli(verb));
        }
        if (line.isEmpty() || line.contains("help") && VERBS.stream().noneMatch(line::contains)) {
            picocli.usage(out);
            return 0;
        }
        picocli.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        picocli.setStopAtPositional(true).setExpandAtFiles(false);
        try {
            ParseResult parsed = picocli.parseArgs(line.toArray(String[]::new));
            @Nullable Integer helped = CommandLine.executeHelpRequest(parsed);
            if (helped != null) {
                return helped;
            }
            if (parsed.asCommandLineList().getLast().getCommandSpec().userObject() instanceof Verb verb) {
                return run(verb);
            }
            throw new CommandLine.ParameterException(picocli, "Missing required subcommand");
        } catch (CommandLine.ParameterException e) {
            return failed(e, e.getCommandLine().getCommandSpec().userObject());
        }
    }

    /// Those that the line can mean.
    private static List<String> verbs(List<String> line) {
        List<String> named = VERBS.stream().filter(line::contains).toList();
        return named.isEmpty() || line.contains("--help") || line.contains("-h") ? VERBS : named;
    }

    /// exec's own failures are told from those of its command by 255, as with runc.
    ///
    /// @param what the verb, or this
    private int failed(Exception e, Object what) {
        messages().error(e, debug.value());
        if (e instanceof CommandLine.UnmatchedArgumentException && what == this) {
            return UNKNOWN_VERB;
        }
        return what instanceof Exec ? 255 : 1;
    }

    private Messages messages() {
        return new Messages(log.value(), logFormat.value(), err);
    }

    OciRuntime runtime() throws IOException, Unsupported, InvalidSpec {
        if (!List.of("text", "json").contains(logFormat.value())) {
            throw new InvalidSpec("--log-format", logFormat.value(), "must be text or json");
        }
        if (!List.of("cgroupfs", "systemd").contains(cgroupManager.value())) {
            throw new InvalidSpec("--cgroup-manager", cgroupManager.value(), "must be cgroupfs or systemd");
        }
        checkUser();
        opened = true;
        try {
            return runtimes.open(root.value(), this::warn);
        } catch (FileSystemException e) {
            throw new InvalidSpec(
                    "--root",
                    root.value().toString(),
                    "cannot be made a folder for the state of containers (" + FileErrors.text(e)
                            + "); name another one with --root" + (user.get() == 0 ? "" : " or set XDG_RUNTIME_DIR"));
        }
    }

    /// The specification with its place among the cgroups, which has another form for each who makes them.
    Spec placed(Spec spec, String id) throws InvalidSpec {
        String path = Objects.requireNonNullElse(spec.linux().cgroupsPath(), "");
        boolean given = !path.isEmpty();
        boolean systemd = systemdCgroup.value() || cgroupManager.value().equals("systemd");
        if (!systemd) {
            if (given && ScopeName.isMeantBy(path)) {
                throw new InvalidSpec(
                        "linux.cgroupsPath",
                        path,
                        "is meant for systemd: give --systemd-cgroup too, or a path such as /containers/" + id);
            }
            return spec;
        }
        if (given && !ScopeName.isMeantBy(path)) {
            throw new InvalidSpec(
                    "linux.cgroupsPath",
                    path,
                    "is a path, but --systemd-cgroup wants slice:prefix:name, as system.slice:oci-exec:" + id);
        }
        return given
                ? spec
                : spec.with(s -> s.linux = s.linux.with(linux -> linux.cgroupsPath = "system.slice:oci-exec:" + id));
    }

    /// What is different for an ordinary user the runtime sees for itself; this is about being told something else.
    private void checkUser() throws InvalidSpec, Unsupported {
        boolean ordinary = user.get() != 0;
        String wanted = Objects.requireNonNullElse(rootless.value(), "auto");
        switch (wanted) {
            case "auto" -> {}
            case "true" -> {
                if (!ordinary) {
                    throw new Unsupported(
                            "--rootless=true: root's containers are made with root's rights; leave it out,"
                                    + " or run this as the user whose containers they are to be");
                }
            }
            case "false" -> {
                if (ordinary) {
                    throw new Unsupported("--rootless=false: only root has such containers; run it as root, or leave"
                            + " that option out");
                }
            }
            default -> throw new InvalidSpec("--rootless", wanted, "must be true, false or auto");
        }
    }

    /// Without a native call, which would take longer than all the rest of `state` or `list`.
    static int effectiveUser() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot see whose process this is: is /proc mounted?", e);
        }
    }

    void warn(String message) {
        messages().warning(message);
    }

    Path root() {
        return root.value();
    }

    PrintStream out() {
        return out;
    }
}
