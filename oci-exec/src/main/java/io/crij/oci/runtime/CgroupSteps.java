package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.FileFlags.O_WRONLY;

import io.crij.linux.Errno;
import io.crij.oci.cgroup.CgroupPlan;
import io.crij.oci.cgroup.CgroupPlan.Step;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    void make(CgroupPlan plan) {
        @Nullable Path open = null;
        for (Step step : plan.steps()) {
            if (open != null
                    && !(step instanceof Step.Write next
                            && !next.optional()
                            && next.file().equals(open))) {
                steps.close(file);
                open = null;
            }
            switch (step) {
                case Step.MakeFolder(Path path) ->
                    p.call("make the cgroup " + path, Call.MKDIRAT, Abi.CWD, p.text(path.toString()), Abi.octal(0755))
                            .tolerate(Errno.EEXIST);
                case Step.Write write when write.optional() -> writeIfThere(write);
                case Step.Write write -> {
                    if (open == null) {
                        open = write.file();
                        steps.open(about(write), Abi.CWD, open.toString(), O_WRONLY, file);
                    }
                    steps.put(about(write), file, write.value());
                }
            }
        }
        if (open != null) {
            steps.close(file);
        }
    }

    private static String about(Step.Write write) {
        return "set " + write.property() + " (" + write.file() + " to "
                + write.value().strip() + ")";
    }

    private void writeIfThere(Step.Write write) {
        String about = about(write);
        Label next = p.label("after:" + write.file());
        steps.open(about, Abi.CWD, write.file().toString(), O_WRONLY, file).tolerateAll();
        p.branch(file, Condition.LESS, Abi.ZERO, next);
        int length = write.value().getBytes(StandardCharsets.UTF_8).length;
        p.call(about, Call.WRITE, file, p.text(write.value()), Operand.of(length))
                .tolerateAll();
        steps.close(file);
        p.place(next);
    }

    /// In the shim, on version 2: opens the group for the child to be born in.
    Register open(CgroupPlan plan) {
        Register folder = p.register("cgroup");
        Path path = plan.container().getFirst();
        steps.open("open the cgroup " + path, Abi.CWD, path.toString(), O_PATH | O_DIRECTORY, folder);
        return folder;
    }

    /// The calling process joins every group. It writes `0`, itself: its number is not the same in every namespace.
    void join(CgroupPlan plan) {
        for (Path folder : plan.container()) {
            join(folder);
        }
    }

    void join(Path folder) {
        steps.write(
                "join the cgroup " + folder,
                Abi.CWD,
                folder.resolve("cgroup.procs").toString(),
                "0");
    }
}
