package io.crij.oci.spec;

import io.crij.oci.json.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A process of a container: the first one, or one of an exec.
///
/// @param terminal whether the process gets a pseudo terminal
/// @param args the command with its arguments
/// @param env `NAME=value`, all of the environment
/// @param cwd absolute path in the container
/// @param capabilities absent: the process keeps what the runtime has
/// @param apparmorProfile name of a loaded profile
/// @param oomScoreAdj -1000 to 1000; absent: inherited
/// @param selinuxLabel of the process
public record Process(
        boolean terminal,
        @Nullable ConsoleSize consoleSize,
        User user,
        List<String> args,
        List<String> env,
        String cwd,
        @Nullable Capabilities capabilities,
        List<Rlimit> rlimits,
        boolean noNewPrivileges,
        @Nullable String apparmorProfile,
        @Nullable Integer oomScoreAdj,
        @Nullable Scheduler scheduler,
        @Nullable String selinuxLabel,
        @Nullable IoPriority ioPriority,
        @Nullable CpuAffinity execCPUAffinity) {
    /// Root in `/` with no command.
    public static final Process EMPTY = new Process(
            false, null, User.ROOT, List.of(), List.of(), "/", null, List.of(), false, null, null, null, null, null,
            null);

    public Process {
        user = Absent.or(user, User.ROOT);
        args = Absent.toEmpty(args);
        env = Absent.toEmpty(env);
        Absent.required(cwd, "cwd");
        rlimits = Absent.toEmpty(rlimits);
    }

    /// Size of the terminal in characters.
    public record ConsoleSize(int height, int width) {}

    /// CPU lists (`0-3,7`) of an exec's process.
    ///
    /// @param initial while the runtime moves it into the container's cgroup
    /// @param finalCpus from then on
    public record CpuAffinity(
            @Nullable String initial, @Nullable String finalCpus) {
        static final Traits JSON = Traits.named("finalCpus", "final");
    }

    public Process with(Consumer<Edit> change) {
        var edit = new Edit(this);
        change.accept(edit);
        return edit.build();
    }

    /// The mutable form of [Process], for [#with] only.
    public static final class Edit {
        public boolean terminal;
        public @Nullable ConsoleSize consoleSize;
        public User user;
        public List<String> args;
        public List<String> env;
        public String cwd;
        public @Nullable Capabilities capabilities;
        public List<Rlimit> rlimits;
        public boolean noNewPrivileges;
        public @Nullable String apparmorProfile;
        public @Nullable Integer oomScoreAdj;
        public @Nullable Scheduler scheduler;
        public @Nullable String selinuxLabel;
        public @Nullable IoPriority ioPriority;
        public @Nullable CpuAffinity execCPUAffinity;

        private Edit(Process process) {
            terminal = process.terminal;
            consoleSize = process.consoleSize;
            user = process.user;
            args = new ArrayList<>(process.args);
            env = new ArrayList<>(process.env);
            cwd = process.cwd;
            capabilities = process.capabilities;
            rlimits = new ArrayList<>(process.rlimits);
            noNewPrivileges = process.noNewPrivileges;
            apparmorProfile = process.apparmorProfile;
            oomScoreAdj = process.oomScoreAdj;
            scheduler = process.scheduler;
            selinuxLabel = process.selinuxLabel;
            ioPriority = process.ioPriority;
            execCPUAffinity = process.execCPUAffinity;
        }

        private Process build() {
            return new Process(
                    terminal,
                    consoleSize,
                    user,
                    args,
                    env,
                    cwd,
                    capabilities,
                    rlimits,
                    noNewPrivileges,
                    apparmorProfile,
                    oomScoreAdj,
                    scheduler,
                    selinuxLabel,
                    ioPriority,
                    execCPUAffinity);
        }
    }
}
