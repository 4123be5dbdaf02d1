package io.crij.oci.runtime;

import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Process;
import org.jspecify.annotations.Nullable;

/// The security modules that labels are for, and what becomes of a label whose module this kernel does not have.
public record Labels(boolean appArmor, boolean seLinux, Policy policy) {
    /// Of a label without its module.
    public enum Policy {
        /// Is refused: whoever asked for confinement would not get it.
        REQUIRED,
        /// Is left out with a warning, as other runtimes' commands do.
        WHERE_PRESENT
    }

    static Labels of(Policy policy) throws ErrnoException {
        return new Labels(
                At.exists(Fd.CWD, "/sys/kernel/security/apparmor"),
                At.exists(Fd.CWD, "/sys/fs/selinux/enforce"),
                policy);
    }

    void check(Linux linux, Privileges privileges) throws Unsupported {
        check("linux.mountLabel", linux.mountLabel(), seLinux, "SELinux", privileges);
    }

    void check(Process process, Privileges privileges) throws Unsupported {
        // the name for no profile
        if (!"unconfined".equals(process.apparmorProfile())) {
            check("process.apparmorProfile", process.apparmorProfile(), appArmor, "AppArmor", privileges);
        }
        check("process.selinuxLabel", process.selinuxLabel(), seLinux, "SELinux", privileges);
    }

    private void check(String path, @Nullable String label, boolean present, String module, Privileges privileges)
            throws Unsupported {
        if (present || !given(label)) {
            return;
        }
        String message = path + ": " + label + ": this kernel has no " + module
                + " (not built in, or not enabled with lsm= on its command line)";
        switch (policy) {
            case REQUIRED -> throw new Unsupported(message + "; leave the label out, or enable it");
            case WHERE_PRESENT -> privileges.warn(message + "; left out");
        }
    }

    static boolean given(@Nullable String label) {
        return label != null && !label.isEmpty();
    }
}
