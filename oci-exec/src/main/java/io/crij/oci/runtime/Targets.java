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
import java.nio.file.Path;

/// Finds places below the container's root, which is hostile: the kernel resolves every path below the root's
/// descriptor, links of `/proc` are refused, and what was found is used by its descriptor only (CVE-2021-30465,
/// CVE-2019-19921).
final class Targets {
    private static final long PROC_SUPER_MAGIC = 0x9fa0;
    private static final int STATFS_SIZE = 120;

    private final Setup setup;
    private final Register parent;
    private final Register kind;
    private final Register found;
    private final Constant statfs;

    Targets(Setup setup) {
        this.setup = setup;
        parent = setup.p.register("parent");
        kind = setup.p.register("kind");
        found = setup.p.register("fsType");
        statfs = setup.p.space(STATFS_SIZE, "statfs");
    }

    /// What is to be made where a target is missing.
    sealed interface Missing {
        record Folder() implements Missing {}

        /// A folder or an empty file, like the mount.
        record Like(Register mount) implements Missing {}
    }

    /// The path without `.`, `..` and the slash at the begin.
    static String clean(String path) {
        String normal = Path.of("/", path).normalize().toString();
        return normal.substring(1);
    }

    /// Opens a target in `to` (`O_PATH`), making it and the folders above where missing.
    ///
    /// @param followLinks whether symbolic links are fine; for proc and sysfs they are not: whoever makes the image
    ///     could have these, and what protects them, mounted somewhere else (CVE-2019-19921, CVE-2023-27561)
    void open(String path, boolean followLinks, Missing missing, Register to) {
        var p = setup.p;
        String clean = clean(path);
        long resolve = followLinks ? Abi.RESOLVE_HOSTILE : Abi.RESOLVE_HOSTILE | RESOLVE_NO_SYMLINKS;
        int flags = missing instanceof Missing.Folder ? O_PATH | O_DIRECTORY : O_PATH;
        Label there = p.label("found:/" + clean);
        setup.steps
                .open("find " + path + " in the root file system", setup.root, clean, flags, 0, resolve, to)
                .tolerate(Errno.ENOENT);
        p.branch(to, Condition.AT_LEAST, Abi.ZERO, there);
        String[] names = clean.split("/", -1);
        String above = "";
        for (int i = 0; i < names.length; i++) {
            boolean last = i == names.length - 1;
            makeIn(above, names[i], last ? missing : new Missing.Folder(), path, resolve);
            above = above.isEmpty() ? names[i] : above + "/" + names[i];
        }
        setup.steps.open("open " + path + " in the root file system", setup.root, clean, flags, 0, resolve, to);
        p.place(there);
    }

    private void makeIn(String above, String name, Missing missing, String path, long resolve) {
        var p = setup.p;
        setup.steps.open("open the folder of " + path, setup.root, above, O_PATH | O_DIRECTORY, 0, resolve, parent);
        String about = "make " + path + " in the root file system";
        switch (missing) {
            case Missing.Folder() -> folder(about, name);
            case Missing.Like(Register mount) -> {
                Label file = p.label("file:" + path);
                Label done = p.label("made:" + path);
                setup.steps
                        .open("see whether it is a folder", mount, ".", O_PATH | O_DIRECTORY, kind)
                        .tolerate(Errno.ENOTDIR);
                p.branch(kind, Condition.LESS, Abi.ZERO, file);
                setup.steps.close(kind);
                folder(about, name);
                p.jump(done);
                p.place(file);
                p.call(about, Call.MKNODAT, parent, p.text(name), Operand.of(S_IFREG | 0644, "S_IFREG|0644"), Abi.ZERO)
                        .tolerate(Errno.EEXIST);
                p.place(done);
            }
        }
        setup.steps.close(parent);
    }

    private void folder(String about, String name) {
        setup.p
                .call(about, Call.MKDIRAT, parent, setup.p.text(name), Abi.octal(0755))
                .tolerate(Errno.EEXIST);
    }

    /// Fails when the target lies on a proc file system: a link in the image, or in a volume, led there.
    void refuseProc(String path, Register target) {
        var p = setup.p;
        Label fine = p.label("notProc:" + path);
        p.call("see what file system " + path + " is on", Call.FSTATFS, target, statfs);
        p.load(found, statfs, 8);
        p.branch(found, Condition.DIFFERENT, Operand.of(PROC_SUPER_MAGIC, "PROC_SUPER_MAGIC"), fine);
        p.fail("mount on " + path + ", which leads into /proc", Failure.STEP, Operand.of(Errno.EPERM, "EPERM"));
        p.place(fine);
    }
}
