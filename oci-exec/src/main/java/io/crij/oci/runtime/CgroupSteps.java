package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.FileFlags.O_WRONLY;

import io.crij.linux.Errno;
import io.crij.oci.cgroup.CgroupPlan.Step;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes and joins the container's cgroups as part of its program.
final class CgroupSteps {
    private final ProgramBuilder p;
    private final Steps steps;
    private final Register file;

    CgroupSteps(Steps steps) {
        this.steps = steps;
        this.p = steps.p;
        file = p.register("cgroupFile");
    }

    /// In the shim. Several values for one file, the rules of devices, go through one descriptor.
    void make(List<Step> plan) {
        @Nullable Path open = null;
        for (Step step : plan) {
            if (open != null
                    && !(step instanceof Step.Write next
                            && !next.optional()
                            && next.file().equals(open))) {
                steps.close(file);
                open = null;
            }
            if (step instanceof Step.MakeFolder(Path path)) {
                p.call("make the cgroup " + path, Call.MKDIRAT, Abi.CWD, p.text(path.toString()), Abi.octal(0755))
                        .tolerate(Errno.EEXIST);
            } else if (step instanceof Step.Write write) {
                if (write.optional()) {
                    writeIfThere(write);
                    continue;
                }
                if (open == null) {
                    open = write.file();
                    steps.open(write, Abi.CWD, open.toString(), O_WRONLY, file);
                }
                steps.put(write, file, write.value());
            }
        }
        if (open != null) {
            steps.close(file);
        }
    }

    private void writeIfThere(Step.Write write) {
        Label next = p.label("after:" + write.file());
        steps.open(write, Abi.CWD, write.file().toString(), O_WRONLY, file).tolerateAll();
        p.branch(file, Condition.LESS, Abi.ZERO, next);
        int length = write.value().getBytes(StandardCharsets.UTF_8).length;
        p.call(write, Call.WRITE, file, p.text(write.value()), Operand.of(length))
                .tolerateAll();
        steps.close(file);
        p.place(next);
    }

    /// In the shim: opens the version 2 group for the child to be born in.
    Register open(Path path) {
        Register folder = p.register("cgroup");
        steps.open("open the cgroup " + path, Abi.CWD, path.toString(), O_PATH | O_DIRECTORY, folder);
        return folder;
    }

    /// The calling process, which has one thread, joins version 1 groups.
    ///
    /// It writes `0`, itself: its number is not the same in every namespace. It writes that to `tasks` and not to
    /// `cgroup.procs`: a thread that moves itself needs no lock against forks (Linux 5.5). After a while without
    /// moves, that lock costs a grace period of RCU: 8 ms for the first group where this was measured, not 0.1.
    void join(List<Path> groups) {
        for (Path group : groups) {
            steps.write("join the cgroup " + group, Abi.CWD, group + "/tasks", "0");
        }
    }
}
