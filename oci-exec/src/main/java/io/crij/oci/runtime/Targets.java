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
import java.util.HashSet;
import java.util.Set;

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
    private final Register isFile;
    private final LinkEnds links;
    private final Constant statfs;
    private final Set<String> certain = new HashSet<>();

    Targets(Setup setup) {
        this.setup = setup;
        parent = setup.p.register("parent");
        kind = setup.p.register("kind");
        found = setup.p.register("found");
        isFile = setup.p.register("targetIsFile");
        links = new LinkEnds(setup, parent);
        statfs = setup.p.space(STATFS_SIZE, "statfs");
    }

    /// A folder of a file system that the program has mounted, and nobody else has written to: it is there, it is no
    /// link, and not on proc.
    ///
    /// @param place as of [#clean]
    void expect(String place) {
        certain.add(place);
    }

    /// Something is mounted there: nothing is certain any more of what is at and below this place.
    void cover(String place) {
        certain.removeIf(known -> known.equals(place) || known.startsWith(place + "/"));
    }

    /// What is to be made where a target is missing.
    sealed interface Missing {
        record Folder() implements Missing {}

        /// A folder or an empty file, like the mount.
        record Like(Register mount) implements Missing {}
    }

    /// The path without `.`, `..` and the slash at the begin.
    static String clean(String path) {
        if (isClean(path)) {
            return path.substring(1);
        }
        String normal = Path.of("/", path).normalize().toString();
        return normal.substring(1);
    }

    /// Whether every name follows one slash and begins with no dot: so do nearly all.
    private static boolean isClean(String path) {
        boolean slash = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (slash && (c == '/' || c == '.') || i == 0 && c != '/') {
                return false;
            }
            slash = c == '/';
        }
        return !slash;
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
        var find =
                setup.steps.open("find " + path + " in the root file system", setup.root, clean, flags, 0, resolve, to);
        if (certain.contains(clean)) {
            return;
        }
        find.tolerate(Errno.ENOENT);
        Label there = p.label("found:/" + clean);
        p.branch(to, Condition.AT_LEAST, Abi.ZERO, there);
        setup.steps.open("open the root file system", setup.root, "", O_PATH | O_DIRECTORY, 0, resolve, parent);
        String[] names = clean.split("/", -1);
        String above = "";
        for (int i = 0; i < names.length; i++) {
            boolean last = i == names.length - 1;
            String made = above.isEmpty() ? names[i] : above + "/" + names[i];
            makeInParent(names[i], last ? missing : new Missing.Folder(), path);
            Register next = last ? to : found;
            enter(above, names[i], path, last ? flags : O_PATH | O_DIRECTORY, resolve, next);
            setup.steps.close(parent);
            if (!last) {
                p.move(parent, found);
            }
            above = made;
        }
        p.place(there);
    }

    /// Opens what is there now; what was there before may have been a link to nothing.
    private void enter(String above, String name, String path, int flags, long resolve, Register to) {
        var p = setup.p;
        String made = above.isEmpty() ? name : above + "/" + name;
        String about =
                "open " + (("/" + made).equals(path) ? path : "the folder of " + path) + " in the root file system";
        if ((resolve & RESOLVE_NO_SYMLINKS) != 0) {
            setup.steps.open(about, setup.root, made, flags, 0, resolve, to);
            return;
        }
        Label entered = p.label("entered:/" + made + " for " + path);
        setup.steps.open(about, setup.root, made, flags, 0, resolve, to).tolerate(Errno.ENOENT);
        p.branch(to, Condition.AT_LEAST, Abi.ZERO, entered);
        links.make(above, name, isFile);
        setup.steps.open(about, setup.root, made, flags, 0, resolve, to);
        p.place(entered);
    }

    private void makeInParent(String name, Missing missing, String path) {
        var p = setup.p;
        String about = "make " + path + " in the root file system";
        p.move(isFile, Abi.ZERO);
        if (missing instanceof Missing.Like(Register mount)) {
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
            p.move(isFile, Abi.ONE);
            p.call(about, Call.MKNODAT, parent, p.text(name), Operand.of(S_IFREG | 0644, "S_IFREG|0644"), Abi.ZERO)
                    .tolerate(Errno.EEXIST);
            p.place(done);
        } else {
            folder(about, name);
        }
    }

    /// What the targets share in the program: after the last of them.
    void finish() {
        links.emit();
    }

    private void folder(String about, String name) {
        setup.p
                .call(about, Call.MKDIRAT, parent, setup.p.text(name), Abi.octal(0755))
                .tolerate(Errno.EEXIST);
    }

    /// Fails when the target lies on a proc file system: a link in the image, or in a volume, led there.
    void refuseProc(String path, Register target) {
        if (certain.contains(clean(path))) {
            return;
        }
        var p = setup.p;
        Label fine = p.label("notProc:" + path);
        p.call("see what file system " + path + " is on", Call.FSTATFS, target, statfs);
        p.load(found, statfs, 8);
        p.branch(found, Condition.DIFFERENT, Operand.of(PROC_SUPER_MAGIC, "PROC_SUPER_MAGIC"), fine);
        p.fail("mount on " + path + ", which leads into /proc", Failure.STEP, Operand.of(Errno.EPERM, "EPERM"));
        p.place(fine);
    }
}
