package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_WRONLY;

import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Failure;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.Process;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The labels that a process gets with its execve. The files for it are opened while `/proc` is the host's: what is
/// mounted there in the container could swallow the label (CVE-2019-16884).
final class LabelSteps {
    private final Steps steps;
    private final ProgramBuilder p;
    private final @Nullable String profile;
    private final @Nullable String label;
    private final Register profileFile;
    private final Register labelFile;

    LabelSteps(Steps steps, Process process, Labels labels) {
        this.steps = steps;
        this.p = steps.p;
        profile = labels.appArmor() && Labels.given(process.apparmorProfile()) ? process.apparmorProfile() : null;
        label = labels.seLinux() && Labels.given(process.selinuxLabel()) ? process.selinuxLabel() : null;
        profileFile = p.register("appArmor");
        labelFile = p.register("seLinux");
    }

    void open() {
        if (profile != null) {
            String about = "open the file for process.apparmorProfile";
            Label opened = p.label("appArmorIsOpen");
            // of its own since kernel 5.8, for machines with several modules
            steps.open(about, Abi.CWD, "/proc/self/attr/apparmor/exec", O_WRONLY, profileFile)
                    .tolerate(Errno.ENOENT);
            p.branch(profileFile, Condition.AT_LEAST, Abi.ZERO, opened);
            steps.open(about, Abi.CWD, "/proc/self/attr/exec", O_WRONLY, profileFile);
            p.place(opened);
        }
        if (label != null) {
            String about = "open the file for process.selinuxLabel";
            steps.open(about, Abi.CWD, "/proc/self/attr/exec", O_WRONLY, labelFile);
        }
    }

    /// Before the process gives up new privileges.
    void set() {
        if (profile != null) {
            set("set process.apparmorProfile to " + profile, profileFile, "exec " + profile);
        }
        if (label != null) {
            set("set process.selinuxLabel to " + label, labelFile, label);
        }
    }

    private void set(String about, Register file, String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        p.call(about + " (is it loaded?)", Call.WRITE, file, p.text(text), Operand.of(length))
                .failure(Failure.UNSUPPORTED);
        steps.close(file);
    }
}
