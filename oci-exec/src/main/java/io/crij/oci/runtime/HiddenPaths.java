package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.*;
import static io.crij.linux.abi.MountFlags.*;

import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Failure;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.List;

/// Masked and read-only paths. What covers a masked file is the host's `/dev/null`, opened before the root changes
/// and checked to be 1:3, never one that the image could replace (CVE-2025-31133); folders are covered by one empty
/// tmpfs.
final class HiddenPaths {
    private static final int STATX_SIZE = 256;
    private static final int STATX_RDEV_MAJOR = 128;
    private static final int STATX_RDEV_MINOR = 132;

    private final Setup setup;
    private final Steps steps;
    private final FileSystem fileSystem;
    private final Register target;
    private final Register cover;

    HiddenPaths(Setup setup) {
        this.setup = setup;
        this.steps = setup.steps;
        fileSystem = new FileSystem(steps);
        target = setup.p.register("path");
        cover = setup.p.register("cover");
    }

    void readOnly() {
        var p = setup.p;
        for (String path : setup.linux.readonlyPaths()) {
            String about = "make " + path + " read-only";
            Label next = p.label("after:" + path);
            find(about, path, O_PATH);
            p.branch(target, Condition.LESS, Abi.ZERO, next);
            steps.copyTree(about, target, "", true, cover);
            steps.setAttributes(about, cover, true, MOUNT_ATTR_RDONLY, 0, 0);
            steps.attach(about, cover, target);
            steps.close(cover);
            steps.close(target);
            p.place(next);
        }
    }

    void masked() throws InvalidSpec {
        List<String> paths = setup.linux.maskedPaths();
        if (paths.isEmpty()) {
            return;
        }
        var p = setup.p;
        Register nothing = p.register("null");
        Register empty = p.register("empty");
        Register used = p.register("emptyIsAttached");
        checkedNull(nothing);
        fileSystem.make(
                "tmpfs",
                "to mask folders",
                "tmpfs",
                List.of("nr_inodes=1", "size=4k", "mode=555"),
                0,
                MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                empty);
        p.move(used, Abi.ZERO);
        for (String path : paths) {
            mask(path, nothing, empty, used);
        }
        steps.close(empty);
        steps.close(nothing);
    }

    private void mask(String path, Register nothing, Register empty, Register used) {
        var p = setup.p;
        String about = "mask " + path;
        Label next = p.label("masked:" + path);
        Label file = p.label("file:" + path);
        Label first = p.label("first:" + path);
        Label close = p.label("close:" + path);
        find(about, path, O_PATH | O_DIRECTORY);
        p.branch(target, Condition.EQUAL, Operand.of(-Errno.ENOTDIR, "-ENOTDIR"), file);
        p.branch(target, Condition.LESS, Abi.ZERO, next);

        // the first folder gets the mount itself, later ones copies of it: before kernel 6.15 only what is attached can
        // be copied
        p.branch(used, Condition.EQUAL, Abi.ZERO, first);
        steps.copyTree(about, empty, "", false, cover);
        steps.attach(about, cover, target);
        steps.close(cover);
        p.jump(close);
        p.place(first);
        steps.attach(about, empty, target);
        p.move(used, Abi.ONE);
        p.jump(close);

        p.place(file);
        find(about, path, O_PATH);
        p.branch(target, Condition.LESS, Abi.ZERO, next);
        steps.copyTree(about, nothing, "", false, cover);
        steps.attach(about, cover, target);
        steps.close(cover);
        p.place(close);
        steps.close(target);
        p.place(next);
    }

    private void find(String about, String path, int flags) {
        steps.open(about, setup.root, Targets.clean(path), flags, 0, Abi.RESOLVE_HOSTILE, target)
                .tolerate(Errno.ENOENT, Errno.EACCES, Errno.ENOTDIR);
    }

    private void checkedNull(Register to) {
        var p = setup.p;
        Constant stat = p.space(STATX_SIZE, "statx");
        Label wrong = p.label("notNull");
        Label right = p.label("isNull");
        Register number = p.register("number");
        steps.open("open /dev/null", Abi.CWD, "/dev/null", O_PATH | O_NOFOLLOW, to);
        p.call("check /dev/null", Call.STATX, to, p.text(""), Abi.flags(AT_EMPTY_PATH, "EMPTY_PATH"), Abi.ONE, stat);
        p.load(number, io.crij.oci.program.ProgramBuilder.offset(stat, STATX_RDEV_MAJOR), 4);
        p.branch(number, Condition.DIFFERENT, Abi.ONE, wrong);
        p.load(number, io.crij.oci.program.ProgramBuilder.offset(stat, STATX_RDEV_MINOR), 4);
        p.branch(number, Condition.EQUAL, Operand.of(3), right);
        p.place(wrong);
        p.fail("use /dev/null, which is not the null device 1:3", Failure.STEP, Operand.of(Errno.ENODEV, "ENODEV"));
        p.place(right);
    }
}
