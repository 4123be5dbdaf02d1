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
import org.jspecify.annotations.Nullable;

/// A pseudo terminal in the container's own devpts. The other side is opened through the master and bound by
/// descriptor, never by the name `/dev/pts/N` (CVE-2025-52565).
final class Console {
    private static final long DEVPTS_SUPER_MAGIC = 0x1cd1;
    private static final Operand TIOCSPTLCK = Abi.flags(0x40045431, "TIOCSPTLCK");
    private static final Operand TIOCGPTPEER = Abi.flags(0x5441, "TIOCGPTPEER");
    private static final Operand TIOCSWINSZ = Abi.flags(0x5414, "TIOCSWINSZ");
    private static final Operand TIOCSCTTY = Abi.flags(0x540E, "TIOCSCTTY");

    private final Steps steps;
    private final ProgramBuilder p;
    private final Process process;
    private final Register master;
    private final Register slave;

    Console(Steps steps, Process process) {
        this.steps = steps;
        this.p = steps.p;
        this.process = process;
        master = p.register("master");
        slave = p.register("terminal");
    }

    /// Opens the folder `/dev/pts` of a running container and makes sure that it is a devpts.
    void openFolder(Operand root, Register pts) {
        Constant statfs = p.space(120, "statfs");
        Register type = p.register("ptsType");
        Label right = p.label("isDevpts");
        long resolve = Abi.RESOLVE_HOSTILE | RESOLVE_NO_SYMLINKS;
        steps.open("open the container's /dev/pts", root, "dev/pts", O_PATH | O_DIRECTORY, 0, resolve, pts);
        p.call("check /dev/pts", Call.FSTATFS, pts, statfs);
        p.load(type, statfs, 8);
        p.branch(type, Condition.EQUAL, Operand.of(DEVPTS_SUPER_MAGIC, "DEVPTS_SUPER_MAGIC"), right);
        p.fail("use /dev/pts, which is not a devpts", Failure.STEP, Operand.of(Errno.ENODEV, "ENODEV"));
        p.place(right);
    }

    /// @param masterSlot where the shim finds the master
    void open(Operand pts, int masterSlot) {
        long resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV | RESOLVE_BENEATH;
        steps.open("open a terminal", pts, "ptmx", O_RDWR | O_NOCTTY, 0, resolve, master);
        p.call("unlock the terminal", Call.IOCTL, master, TIOCSPTLCK, p.longs("{0}", 0));
        p.call(
                        "open the terminal's other side",
                        Call.IOCTL,
                        master,
                        TIOCGPTPEER,
                        Abi.openFlags(O_RDWR | O_NOCTTY | O_CLOEXEC))
                .into(slave);
        Process.@Nullable ConsoleSize size = process.consoleSize();
        if (size != null && size.height() > 0 && size.width() > 0) {
            Operand struct = p.struct(
                    "{" + size.height() + ", " + size.width() + "}",
                    8,
                    b -> b.putShort((short) size.height()).putShort((short) size.width()));
            p.call("set the terminal's size", Call.IOCTL, master, TIOCSWINSZ, struct);
        }
        p.call("hand the terminal to the shim", Call.DUP3, master, Operand.of(masterSlot), Abi.openFlags(O_CLOEXEC));
        steps.close(master);
    }

    /// Makes `/dev/console` the terminal, in a tmpfs that was made for the container.
    void bindConsole(Register dev) {
        Register place = p.register("console");
        Register mount = p.register("consoleMount");
        String about = "make /dev/console the terminal";
        p.call(about, Call.UNLINKAT, dev, p.text("console"), Abi.ZERO).tolerate(Errno.ENOENT);
        p.call(about, Call.MKNODAT, dev, p.text("console"), Operand.of(S_IFREG | 0620, "S_IFREG|0620"), Abi.ZERO);
        steps.open(about, dev, "console", O_NOFOLLOW | O_PATH, place);
        steps.copyTree(about, slave, "", false, mount);
        steps.attach(about, mount, place);
        steps.close(mount);
        steps.close(place);
    }

    /// The terminal becomes the process's controlling one and its three streams. The streams' owner is the user.
    void take() {
        p.call("make the terminal the controlling one", Call.IOCTL, slave, TIOCSCTTY, Abi.ZERO);
        Operand uid = Operand.of(process.user().uid());
        p.call("give the terminal to the user", Call.FCHOWN, slave, uid, Abi.NONE)
                .tolerate(Errno.EPERM, Errno.EROFS, Errno.EINVAL);
        for (int stream = 0; stream < 3; stream++) {
            p.call("make the terminal stream " + stream, Call.DUP3, slave, Operand.of(stream), Abi.ZERO);
        }
        steps.close(slave);
    }
}
