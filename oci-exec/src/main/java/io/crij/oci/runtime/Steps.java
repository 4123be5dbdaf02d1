package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.AT_EMPTY_PATH;
import static io.crij.linux.abi.FileFlags.AT_RECURSIVE;
import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.FileFlags.O_WRONLY;
import static io.crij.linux.abi.MountFlags.*;

import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.program.Step;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Small groups of operations that every concern uses.
final class Steps {
    private static final Operand SIZE_OF_HOW = Operand.of(24);

    final ProgramBuilder p;
    private final Register file;
    private final Map<How, Operand> ways = new HashMap<>();

    /// `struct open_how` of openat2(2).
    private record How(int flags, int mode, long resolve) {
        // by hand: Java makes the code of its own at every start of a program
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof How how && flags == how.flags && mode == how.mode && resolve == how.resolve;
        }

        @Override
        public int hashCode() {
            return (flags * 31 + mode) * 31 + Long.hashCode(resolve);
        }
    }

    Steps(ProgramBuilder program) {
        p = program;
        file = program.register("file");
    }

    /// openat(2), close-on-exec.
    Step open(Object about, Operand dir, String path, int flags, Register to) {
        return p.call(about, Call.OPENAT, dir, p.text(path), Abi.openFlags(flags | O_CLOEXEC))
                .into(to);
    }

    /// openat2(2), close-on-exec.
    Step open(String about, Operand dir, String path, int flags, int mode, long resolve, Register to) {
        return open(about, dir, p.text(path.isEmpty() ? "." : path), flags, mode, resolve, to);
    }

    /// openat2(2), close-on-exec, of a path that the program knows.
    Step open(String about, Operand dir, Operand path, int flags, int mode, long resolve, Register to) {
        Operand how = ways.computeIfAbsent(new How(flags | O_CLOEXEC, mode, resolve), this::how);
        return p.call(about, Call.OPENAT2, dir, path, how, SIZE_OF_HOW).into(to);
    }

    private Operand how(How how) {
        String text = "{" + Abi.openNames(how.flags) + ", " + Abi.resolveNames(how.resolve) + "}";
        return p.longs(text, Integer.toUnsignedLong(how.flags), how.mode, how.resolve);
    }

    void close(Operand fd) {
        p.call("close a descriptor", Call.CLOSE, fd);
    }

    /// Writes a file in one write(2).
    void write(Object about, Operand dir, String path, String text) {
        open(about, dir, path, O_WRONLY, file);
        put(about, file, text);
        close(file);
    }

    void put(Object about, Operand fd, String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        p.call(about, Call.WRITE, fd, p.text(text), Operand.of(length));
    }

    /// A copy of what is mounted or lies at a path, not attached anywhere.
    Step copyTree(String about, Operand dir, String path, boolean recursive, Register to) {
        long flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (path.isEmpty() ? AT_EMPTY_PATH : 0);
        String names = "CLONE" + (recursive ? "|RECURSIVE" : "") + (path.isEmpty() ? "|EMPTY_PATH" : "");
        return p.call(
                        about,
                        Call.OPEN_TREE,
                        dir,
                        p.text(path),
                        Abi.flags(flags | (recursive ? AT_RECURSIVE : 0), names))
                .into(to);
    }

    /// Attaches a mount on what `target` is open on: no path is looked up, so none can be exchanged.
    Step attach(String about, Operand mount, Operand target) {
        Operand nothing = p.text("");
        return p.call(
                about,
                Call.MOVE_MOUNT,
                mount,
                nothing,
                target,
                nothing,
                Abi.flags(MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH, "EMPTY_PATHS"));
    }

    /// mount_setattr(2) of the mount that `mount` is open on.
    Step setAttributes(String about, Operand mount, boolean recursive, long set, long clear, long propagation) {
        return setAttributes(about, mount, recursive, set, clear, propagation, 0);
    }

    private Step setAttributes(
            String about, Operand mount, boolean recursive, long set, long clear, long propagation, long userns) {
        String text = "{+" + Abi.attributeNames(set) + " -" + Abi.attributeNames(clear)
                + (propagation == 0 ? "" : " propagation 0x" + Long.toHexString(propagation)) + "}";
        Operand attributes = p.longs(text, set, clear, propagation, userns);
        long flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
        return p.call(
                about,
                Call.MOUNT_SETATTR,
                mount,
                p.text(""),
                Abi.flags(flags, recursive ? "EMPTY_PATH|RECURSIVE" : "EMPTY_PATH"),
                attributes,
                Operand.of(32));
    }

    /// Maps the owners of a detached mount to those of a user namespace.
    void mapOwners(String about, Operand mount, boolean recursive, int userNamespace) {
        setAttributes(about, mount, recursive, MOUNT_ATTR_IDMAP, 0, 0, userNamespace);
    }

    void prctl(String about, int option, Operand value) {
        p.call(about, Call.PRCTL, Operand.of(option), value, Abi.ZERO, Abi.ZERO, Abi.ZERO);
    }
}
