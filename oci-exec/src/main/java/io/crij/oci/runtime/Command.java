package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.*;

import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Failure;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.Process;
import java.util.ArrayList;
import java.util.List;

/// The working folder, and the program that the process executes at last. What `args[0]` means is found out with the
/// process's own rights before the container is reported as created, so that a missing command is an error of create.
final class Command {
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int X_OK = 1;
    private static final int AT_EACCESS = 0x200;

    private final Steps steps;
    private final ProgramBuilder p;
    private final Process process;
    private final Register path;
    private final Register result;
    private final Register entered;
    private final Constant folder;

    Command(Steps steps, Process process) {
        this.steps = steps;
        this.p = steps.p;
        this.process = process;
        path = p.register("program");
        result = p.register("result");
        entered = p.register("entered");
        folder = p.space(4096, "cwd");
    }

    /// Makes the working folder where it is missing, as root.
    void makeFolder() {
        String above = "";
        Label there = p.label("cwdIsThere");
        p.call("find the working folder " + process.cwd(), Call.CHDIR, p.text(process.cwd()))
                .into(result)
                .tolerate(Errno.ENOENT, Errno.EACCES);
        p.branch(result, Condition.DIFFERENT, Operand.of(-Errno.ENOENT, "-ENOENT"), there);
        for (String name : Targets.clean(process.cwd()).split("/", -1)) {
            above = above + "/" + name;
            p.call("make the working folder " + process.cwd(), Call.MKDIRAT, Abi.CWD, p.text(above), Abi.octal(0755))
                    .tolerate(Errno.EEXIST, Errno.EROFS);
        }
        p.place(there);
    }

    /// As root, which may enter what the user may not; refused there (a volume that distrusts root), the user tries
    /// again in [#enterFolderAsUser].
    void enterFolder() {
        Label refused = p.label("cwdIsRefused");
        p.call("go to the working folder " + process.cwd(), Call.CHDIR, p.text(process.cwd()))
                .into(entered)
                .tolerate(Errno.EPERM, Errno.EACCES);
        p.branch(entered, Condition.LESS, Abi.ZERO, refused);
        checkFolder();
        p.place(refused);
    }

    void enterFolderAsUser() {
        Label done = p.label("cwdIsEntered");
        p.branch(entered, Condition.EQUAL, Abi.ZERO, done);
        p.call("go to the working folder " + process.cwd(), Call.CHDIR, p.text(process.cwd()));
        checkFolder();
        p.place(done);
    }

    /// The folder must be below the container's root: a path that ends in a descriptor of the host's is not
    /// (CVE-2024-21626). Then the kernel's answer does not begin with a slash.
    private void checkFolder() {
        Label inside = p.label("cwdIsInside");
        p.call("ask for the working folder", Call.GETCWD, folder, Operand.of(4096));
        p.load(result, folder, 2);
        // the low byte is the first character, "/" or the "(" of "(unreachable)", which has none of these bits
        p.branch(result, Condition.ANY_BIT, Operand.of(0x7), inside);
        p.fail(
                "use the working folder " + process.cwd() + ", which is not in the container's root",
                Failure.STEP,
                Operand.of(Errno.EPERM, "EPERM"));
        p.place(inside);
    }

    /// Finds the program, with the process's own identity.
    void resolve() {
        String name = process.args().getFirst();
        Register denied = p.register("denied");
        p.move(denied, Operand.of(Errno.ENOENT, "ENOENT"));
        Label found = p.label("programIsFound");
        for (String candidate : candidates(name)) {
            Label next = p.label("not:" + candidate);
            Label problem = p.label("why:" + candidate);
            p.move(path, p.text(candidate));
            p.call(
                            "look for " + candidate,
                            Call.FACCESSAT2,
                            Abi.CWD,
                            path,
                            Operand.of(X_OK, "X_OK"),
                            Abi.flags(AT_EACCESS, "EACCESS"))
                    .into(result)
                    .tolerateAll();
            p.branch(result, Condition.DIFFERENT, Abi.ZERO, problem);
            steps.open("see whether it is a folder", Abi.CWD, candidate, O_PATH | O_DIRECTORY, result)
                    .tolerateAll();
            p.branch(result, Condition.LESS, Abi.ZERO, found);
            steps.close(result);
            p.move(denied, Operand.of(Errno.EACCES, "EACCES"));
            p.jump(next);
            p.place(problem);
            p.branch(result, Condition.DIFFERENT, Operand.of(-Errno.EACCES, "-EACCES"), next);
            p.move(denied, Operand.of(Errno.EACCES, "EACCES"));
            p.place(next);
        }
        Label missing = p.label("programIsMissing");
        p.branch(denied, Condition.EQUAL, Operand.of(Errno.ENOENT, "ENOENT"), missing);
        p.fail(name, Failure.COMMAND_NOT_EXECUTABLE, denied);
        p.place(missing);
        p.fail(name, Failure.COMMAND_NOT_FOUND, denied);
        p.place(found);
    }

    private List<String> candidates(String name) {
        if (name.indexOf('/') >= 0) {
            return List.of(name);
        }
        String search = process.env().stream()
                .filter(e -> e.startsWith("PATH="))
                .map(e -> e.substring(5))
                .reduce((first, second) -> second)
                .orElse(DEFAULT_PATH);
        List<String> candidates = new ArrayList<>();
        for (String place : search.split(":", -1)) {
            candidates.add((place.isEmpty() ? "." : place) + "/" + name);
        }
        return candidates;
    }

    void execute() {
        p.call(
                        process.args().getFirst(),
                        Call.EXECVE,
                        path,
                        p.strings(process.args(), "argv"),
                        p.strings(process.env(), "envp"))
                .failure(Failure.COMMAND_NOT_EXECUTABLE);
    }
}
