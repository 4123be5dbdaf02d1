package io.crij.oci.cli;

import io.crij.linux.systemd.ScopeName;
import io.crij.oci.runtime.BuiltinRuntime;
import io.crij.oci.runtime.Labels;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command as a whole: what stands before the verb.
@Command(
        name = "oci-exec",
        description = "Runs containers from OCI bundles.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "VERB")
public final class OciExec {
    private static final Map<String, Class<?>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("create", Create.class);
        VERBS.put("start", Start.class);
        VERBS.put("state", State.class);
        VERBS.put("kill", Kill.class);
        VERBS.put("delete", Delete.class);
        VERBS.put("run", Run.class);
        VERBS.put("exec", Exec.class);
        VERBS.put("list", ListContainers.class);
        VERBS.put("ps", Processes.class);
        VERBS.put("events", Events.class);
        VERBS.put("pause", Pause.class);
        VERBS.put("resume", Resume.class);
        VERBS.put("update", Update.class);
        VERBS.put("spec", SpecTemplate.class);
        VERBS.put("features", Features.class);
        VERBS.put("explain", Explain.class);
    }

    /// As runc answers.
    private static final int UNKNOWN_VERB = 3;

    private final Runtimes runtimes;
    private final User user;
    private final PrintStream out;
    private final PrintStream err;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Folder for the state of containers (${DEFAULT-VALUE}).")
    Path root = Path.of("/run/oci-exec");

    @Option(names = "--log", paramLabel = "FILE", description = "File for messages, besides standard error.")
    @Nullable
    Path log;

    @Option(names = "--log-format", paramLabel = "text|json", description = "How messages stand in that file.")
    String logFormat = "text";

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "Accepted, as crun does.", hidden = true)
    @Nullable
    String logLevel;

    @Option(names = "--criu", paramLabel = "FILE", description = "Accepted, there is no checkpoint.", hidden = true)
    @Nullable
    String criu;

    @Option(names = "--debug", description = "Print the whole stack of an error.")
    boolean debug;

    @Option(
            names = "--systemd-cgroup",
            description = "systemd makes the cgroups: linux.cgroupsPath is slice:prefix:name.")
    boolean systemdCgroup;

    @Option(
            names = "--cgroup-manager",
            paramLabel = "cgroupfs|systemd",
            description = "Who makes the cgroups (${DEFAULT-VALUE}); systemd is the same as --systemd-cgroup.")
    String cgroupManager = "cgroupfs";

    @Option(
            names = "--rootless",
            paramLabel = "BOOL|auto",
            description = "Only false and auto: this runtime needs root.")
    @Nullable
    String rootless;

    /// Makes the runtime of one call.
    interface Runtimes {
        OciRuntime open(Path root) throws IOException;
    }

    /// Who runs this.
    interface User {
        int get() throws IOException;
    }

    OciExec(Runtimes runtimes, User user, PrintStream out, PrintStream err) {
        this.runtimes = runtimes;
        this.user = user;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        Runtimes builtin = root -> new BuiltinRuntime(root, Labels.Policy.WHERE_PRESENT);
        System.exit(new OciExec(builtin, OciExec::effectiveUser, System.out, System.err).run(args));
    }

    int run(String... args) {
        var line = new CommandLine(this);
        verbs(Arrays.asList(args)).forEach(line::addSubcommand);
        boolean help =
                Arrays.asList(args).contains("help") && VERBS.keySet().stream().noneMatch(List.of(args)::contains);
        if (args.length == 0 || help) {
            line.usage(out);
            return 0;
        }
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((e, command, _) -> failed(e, command))
                .setParameterExceptionHandler((e, _) -> failed(e, e.getCommandLine()))
                .setStopAtPositional(true)
                .execute(args);
    }

    /// Those that the arguments can mean; looking through the options of all takes half the time of a short command.
    static Collection<Class<?>> verbs(List<String> arguments) {
        boolean help = arguments.contains("--help") || arguments.contains("-h");
        List<Class<?>> named = VERBS.entrySet().stream()
                .filter(verb -> arguments.contains(verb.getKey()))
                .<Class<?>>map(Map.Entry::getValue)
                .toList();
        return help || named.isEmpty() ? VERBS.values() : named;
    }

    /// exec's own failures are told from those of its command by 255, as with runc.
    private int failed(Exception e, CommandLine command) {
        new Messages(log, logFormat, err).error(e, debug);
        if (e instanceof CommandLine.UnmatchedArgumentException
                && command.getCommandSpec().userObject() == this) {
            return UNKNOWN_VERB;
        }
        return command.getCommandSpec().userObject() instanceof Exec ? 255 : 1;
    }

    OciRuntime runtime() throws IOException, Unsupported, InvalidSpec {
        if (!List.of("text", "json").contains(logFormat)) {
            throw new InvalidSpec("--log-format", logFormat, "must be text or json");
        }
        if (!List.of("cgroupfs", "systemd").contains(cgroupManager)) {
            throw new InvalidSpec("--cgroup-manager", cgroupManager, "must be cgroupfs or systemd");
        }
        refuseOrdinaryUser();
        return runtimes.open(root);
    }

    /// The specification with its place among the cgroups, which has another form for each who makes them.
    Spec placed(Spec spec, String id) throws InvalidSpec {
        String path = Objects.requireNonNullElse(spec.linux().cgroupsPath(), "");
        boolean given = !path.isEmpty();
        boolean systemd = systemdCgroup || cgroupManager.equals("systemd");
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

    /// Without it, the first thing that fails would be a folder or a cgroup of root's.
    private void refuseOrdinaryUser() throws IOException, Unsupported {
        if ("true".equals(rootless) || user.get() != 0) {
            throw new Unsupported("containers of an ordinary user (rootless) are not there yet: this runtime makes its"
                    + " cgroups and mounts with root's rights; run it as root"
                    + ("true".equals(rootless) ? " and without --rootless=true" : ""));
        }
    }

    /// Without a native call, which would take longer than all the rest of `state` or `list`.
    static int effectiveUser() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    void warn(String message) {
        new Messages(log, logFormat, err).warning(message);
    }

    PrintStream out() {
        return out;
    }
}
