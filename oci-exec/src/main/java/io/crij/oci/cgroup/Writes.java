package io.crij.oci.cgroup;

import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.O_WRONLY;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException.StepFailed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// Reads and writes the files of groups.
final class Writes {
    private static final int LONGEST = 1 << 20;

    private Writes() {}

    static void execute(Write write) throws StepFailed {
        try {
            write(write.file(), write.value());
        } catch (ErrnoException e) {
            if (!write.optional()) {
                throw failed(write, e.errno(), e);
            }
        }
    }

    /// What a failed write means, for Java's own writes and for those of a syscall program.
    static StepFailed failed(Write write, int errno, Throwable cause) {
        return new StepFailed(
                write.property() + ": cannot write " + write.value().strip() + " to " + write.file() + ": "
                        + Errno.describe(errno) + hint(write, errno),
                errno,
                cause);
    }

    private static String hint(Write write, int errno) {
        String file = String.valueOf(write.file().getFileName());
        if (file.equals("cgroup.subtree_control") && errno == Errno.EBUSY) {
            return "; there are processes in this group itself, which version 2 forbids beside limits: move them to a group"
                    + " of their own below it";
        }
        return switch (errno) {
            case Errno.ENOENT -> "; this kernel has no such file";
            case Errno.EBUSY ->
                file.startsWith("memory.")
                        ? "; the processes use more than that already"
                        : "; the kernel holds this setting at present";
            case Errno.EINVAL, Errno.ERANGE ->
                "; the kernel does not take this value here, a group above may allow less";
            case Errno.EPERM, Errno.EACCES -> "; a group above does not allow it, or this process may not";
            default -> "";
        };
    }

    static void write(Path file, String value) throws ErrnoException {
        try (Fd fd = Fd.open(file.toString(), O_WRONLY)) {
            fd.write(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// The content without white space around it; empty when it cannot be read.
    static Optional<String> tryRead(Path file) {
        try (Fd fd = Fd.open(file.toString(), O_RDONLY)) {
            return Optional.of(new String(fd.readAll(LONGEST), StandardCharsets.UTF_8).strip());
        } catch (ErrnoException _) {
            return Optional.empty();
        }
    }

    /// Whether it failed because the group, or the file in it, is not there (any more).
    static boolean gone(ErrnoException e) {
        return e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV;
    }
}
