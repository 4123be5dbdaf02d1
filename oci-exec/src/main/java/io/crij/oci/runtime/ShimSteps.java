package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.O_WRONLY;
import static io.crij.linux.abi.Prctl.*;

import io.crij.linux.Errno;
import io.crij.linux.abi.CloneFlags;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Failure;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import org.jspecify.annotations.Nullable;

/// The half of a program that stays as the shim. It keeps the ends of pipes and terminal open, waits for its child,
/// writes down how it ended, and goes when it is told to.
final class ShimSteps {
    /// Commands that the shim reads from its control pipe, one byte each.
    static final byte ACKNOWLEDGE = 'a';

    static final byte CLOSE_STDIN = 'c';
    static final byte QUIT = 'q';

    /// Of a subreaper: four bytes with the pid follow whose end is to be told.
    static final byte PROCESS = 'p';

    /// Of a subreaper: run the command that waits for the container's end.
    static final byte WAIT = 'w';

    /// The record of an exit: `siginfo_t` as waitid(2) fills it, then a `struct timespec`.
    static final int RECORD_SIZE = 144;

    static final int RECORD_TIME = 128;

    /// A user that nothing else runs as, so that nothing but root can signal or trace a shim.
    static final int USER = 2_147_000_000;

    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int POLLIN = 1;
    private static final int P_PIDFD = 3;
    private static final int WEXITED = 4;
    private static final int SECCOMP_SET_MODE_FILTER = 1;

    private final ProgramBuilder p;
    private final Steps steps;
    private final Slots slots;
    private final Register result;
    private final Constant number;

    ShimSteps(Steps steps, Slots slots) {
        this.steps = steps;
        this.p = steps.p;
        this.slots = slots;
        result = p.register("got");
        number = p.space(8, "number");
    }

    /// Begins every program: what was inherited from the JVM goes, the events between the halves are made.
    void begin(int programSlot) {
        steps.close(Operand.of(programSlot, "program"));
        p.call("name the shim", Call.PRCTL, Operand.of(PR_SET_NAME), p.text("crij-shim"));
        p.call("leave the runtime's folder", Call.CHDIR, p.text("/"));
        // what a terminal sends to all in its foreground is for the runtime to pass on
        p.call("leave the runtime's session", Call.SETSID);
        ProcessSettings.reset(p);
        event(slots.toShim(), EFD_CLOEXEC | EFD_NONBLOCK, "CLOEXEC|NONBLOCK");
        event(slots.toChild(), EFD_CLOEXEC, "CLOEXEC");
    }

    /// The next, when the runtime is an ordinary user's: the shim goes into the user namespace, and is root there.
    ///
    /// @param path of one to join; null: a new one, whose maps the runtime writes
    void enterUserNamespace(@Nullable String path, int control) {
        Operand user = Abi.flags(CloneFlags.CLONE_NEWUSER, "NEWUSER");
        if (path != null) {
            steps.open("open the user namespace " + path, Abi.CWD, path, O_RDONLY, result);
            p.call("join the user namespace " + path, Call.SETNS, result, user);
            steps.close(result);
        } else {
            Label mapped = p.label("mapped");
            p.call("make a user namespace", Call.UNSHARE, user);
            tell(News.MAPS, "MAPS");
            p.call("wait for its maps", Call.READ, Operand.of(control, "control"), number, Abi.ONE)
                    .into(result);
            p.branch(result, Condition.EQUAL, Abi.ONE, mapped);
            p.call("end", Call.EXIT_GROUP, Abi.ONE);
            p.place(mapped);
        }
        becomeRoot(p);
    }

    /// Of a user namespace.
    static void becomeRoot(ProgramBuilder p) {
        p.call("become the group of the namespace's root", Call.SETRESGID, Abi.ZERO, Abi.ZERO, Abi.ZERO);
        p.call("become the namespace's root", Call.SETRESUID, Abi.ZERO, Abi.ZERO, Abi.ZERO);
    }

    /// The kernel gives the lowest free number: all below are taken, so it is the one wanted.
    private void event(int slot, int flags, String names) {
        Label right = p.label("eventAt" + slot);
        p.call("make an event", Call.EVENTFD2, Abi.ZERO, Abi.flags(flags, names))
                .into(result);
        p.branch(result, Condition.EQUAL, Operand.of(slot), right);
        p.fail("give an event its number", Failure.STEP, Operand.of(Errno.EBADF, "EBADF"));
        p.place(right);
    }

    /// Tells the runtime the child's pid.
    void tellPid(Register pid) {
        Constant news = p.struct("{PID}", News.SIZE, b -> b.putInt(News.PID));
        p.store(ProgramBuilder.offset(news, 4), pid, 4);
        p.call("report the pid", Call.WRITE, report(), news, Operand.of(News.SIZE));
    }

    /// Tells the runtime a number that is known only now.
    void tell(int what, String name, Register value) {
        Constant news = p.struct("{" + name + "}", News.SIZE, b -> b.putInt(what));
        p.store(ProgramBuilder.offset(news, 4), value, 4);
        p.call("report " + name, Call.WRITE, report(), news, Operand.of(News.SIZE));
    }

    void tell(int what, String name) {
        Constant news = p.struct("{" + name + "}", News.SIZE, b -> b.putInt(what));
        p.call("report " + name, Call.WRITE, report(), news, Operand.of(News.SIZE));
    }

    private Operand report() {
        return Operand.of(slots.report(), "report");
    }

    /// Raises an event.
    void raise(int slot, String name) {
        p.call("wake the other half", Call.WRITE, Operand.of(slot, name), p.longs("{1}", 1), Operand.of(8));
    }

    /// In the child: waits for the shim.
    void awaitShim() {
        p.call("wait for the shim", Call.READ, Operand.of(slots.toChild(), "toChild"), number, Operand.of(8));
    }

    /// In the shim: waits until the child raises its event; ends when the child ends before.
    void awaitChild(Register pidfd) {
        Constant polls = polls(slots.toShim(), "toShim", pidfd);
        p.call("wait for the child", Call.PPOLL, polls, Operand.of(2), Abi.ZERO, Abi.ZERO, Abi.ZERO);
        Label raised = p.label("childIsReady" + polls.value());
        p.call("see whether it is ready", Call.READ, Operand.of(slots.toShim(), "toShim"), number, Operand.of(8))
                .into(result)
                .tolerate(Errno.EAGAIN);
        p.branch(result, Condition.AT_LEAST, Abi.ZERO, raised);
        // it has reported why
        p.call("end", Call.EXIT_GROUP, Abi.ONE);
        p.place(raised);
    }

    /// Two `struct pollfd`: a constant descriptor, and one of a register.
    private Constant polls(int slot, String name, Register pidfd) {
        Constant polls = p.struct(
                "{" + name + ", pidfd}",
                16,
                b -> b.putInt(slot)
                        .putShort((short) POLLIN)
                        .putShort((short) 0)
                        .putInt(-1)
                        .putShort((short) POLLIN));
        p.store(ProgramBuilder.offset(polls, 8), pidfd, 4);
        return polls;
    }

    /// Closes what belongs to the child; `kept` is moved to its place first.
    void keepOwnDescriptors(Register pidfd, int pidfdSlot) {
        p.call(
                "keep the child's pidfd",
                Call.DUP3,
                pidfd,
                Operand.of(pidfdSlot),
                Abi.openFlags(io.crij.linux.abi.FileFlags.O_CLOEXEC));
        closeRange("close the child's streams", 0, slots.firstOfShim() - 1);
        closeRange("close everything else", slots.end(), -1);
    }

    private void closeRange(String about, int first, int last) {
        Operand end = last < 0 ? Abi.flags(0xFFFF_FFFFL, "~0") : Operand.of(last);
        p.call(about, Call.CLOSE_RANGE, Operand.of(first), end, Abi.ZERO);
    }

    /// What the shim does once the child is ready.
    void finish(Shape shape, ShimSlots shim, boolean ordinary) {
        awaitAcknowledgement(shim.control(), shim.pidfd());
        if (!shape.hasShim()) {
            p.call("end", Call.EXIT_GROUP, Abi.ZERO);
            return;
        }
        if (shape == Shape.MONITORED) {
            // a writer of our own: without one, the pipe would be at its end whenever no runtime is there
            String pipe = "/proc/self/fd/" + shim.control();
            steps.open("keep the control pipe open", Abi.CWD, pipe, O_WRONLY, result);
        }
        dropPrivileges(ordinary);
        serve(shim.control(), shim.pidfd(), shim.stdin(), shim.exit(), shim.exitFile());
    }

    /// Waits until the runtime has written down what it needs to find the container again. When the runtime is gone
    /// before that, the container goes too.
    private void awaitAcknowledgement(int control, int pidfdSlot) {
        Label acknowledged = p.label("acknowledged");
        p.call("wait for the runtime", Call.READ, Operand.of(control, "control"), number, Abi.ONE)
                .into(result);
        p.branch(result, Condition.EQUAL, Abi.ONE, acknowledged);
        p.call(
                        "kill the child, the runtime is gone",
                        Call.PIDFD_SEND_SIGNAL,
                        Operand.of(pidfdSlot, "pidfd"),
                        Operand.of(Abi.SIGKILL, "SIGKILL"),
                        Abi.ZERO,
                        Abi.ZERO)
                .tolerateAll();
        p.call("end", Call.EXIT_GROUP, Abi.ONE);
        p.place(acknowledged);
    }

    /// From here on the shim can do nothing but what it is for.
    ///
    /// @param ordinary whether the runtime is an ordinary user's, who has no second user for it, and could not open
    ///     the shim's descriptors any more if it were closed to tracing
    void dropPrivileges(boolean ordinary) {
        if (ordinary) {
            Identity.capset(p, "give up all capabilities", 0, 0, 0);
        } else {
            Operand user = Operand.of(USER);
            p.call("leave all groups", Call.SETGROUPS, Abi.ZERO, Abi.ZERO);
            p.call("become the shim's group", Call.SETRESGID, user, user, user);
            p.call("become the shim's user", Call.SETRESUID, user, user, user);
            steps.prctl("keep others from tracing the shim", PR_SET_DUMPABLE, Abi.ZERO);
        }
        steps.prctl("give up new privileges", PR_SET_NO_NEW_PRIVS, Abi.ONE);
        byte[] filter = ShimFilter.program(p.arch());
        Constant code = p.bytes(filter, "shim filter");
        Constant program = p.struct(
                "{" + filter.length / 8 + "}",
                16,
                b -> b.putShort((short) (filter.length / 8)).putLong(8, code.value()));
        p.call(
                "allow the shim's system calls only",
                Call.SECCOMP,
                Operand.of(SECCOMP_SET_MODE_FILTER, "SET_MODE_FILTER"),
                Abi.ZERO,
                program);
    }

    /// Serves until it is told to quit, or nobody is left that could tell it.
    ///
    /// @param stdin slot of the write end of the child's standard input; -1 when there is none
    private void serve(int control, int pidfdSlot, int stdin, int exitPipe, int exitFile) {
        Label again = p.label("serve");
        Label noCommand = p.label("noCommand");
        Label notQuit = p.label("notQuit");
        Label told = p.label("told");
        Constant polls = p.struct(
                "{pidfd, control}",
                16,
                b -> b.putInt(pidfdSlot)
                        .putShort((short) POLLIN)
                        .putShort((short) 0)
                        .putInt(control)
                        .putShort((short) POLLIN));
        Constant record = p.space(RECORD_SIZE, "record");
        Constant command = p.space(8, "command");

        p.place(again);
        p.call("wait for the end or a command", Call.PPOLL, polls, Operand.of(2), Abi.ZERO, Abi.ZERO, Abi.ZERO)
                .tolerate(Errno.EINTR);
        p.load(result, ProgramBuilder.offset(polls, 14), 2);
        p.branch(result, Condition.EQUAL, Abi.ZERO, noCommand);
        p.call("read the command", Call.READ, Operand.of(control, "control"), command, Abi.ONE)
                .into(result)
                .tolerateAll();
        p.branch(result, Condition.DIFFERENT, Abi.ZERO, told);
        p.call("end with the runtime", Call.EXIT_GROUP, Abi.ZERO);
        p.place(told);
        p.load(result, command, 2);
        p.branch(result, Condition.DIFFERENT, Operand.of(QUIT, "'q'"), notQuit);
        p.call("end", Call.EXIT_GROUP, Abi.ZERO);
        p.place(notQuit);
        if (stdin >= 0) {
            p.branch(result, Condition.DIFFERENT, Operand.of(CLOSE_STDIN, "'c'"), noCommand);
            p.call("close the child's standard input", Call.CLOSE, Operand.of(stdin, "stdin"))
                    .tolerateAll();
        }
        p.place(noCommand);
        p.load(result, ProgramBuilder.offset(polls, 6), 2);
        p.branch(result, Condition.EQUAL, Abi.ZERO, again);
        p.call(
                "see how the child ended",
                Call.WAITID,
                Operand.of(P_PIDFD, "P_PIDFD"),
                Operand.of(pidfdSlot, "pidfd"),
                record,
                Operand.of(WEXITED, "WEXITED"),
                Abi.ZERO);
        p.call("see when", Call.CLOCK_GETTIME, Abi.ZERO, ProgramBuilder.offset(record, RECORD_TIME));
        p.call(
                        "write it down",
                        Call.PWRITE64,
                        Operand.of(exitFile, "exitFile"),
                        record,
                        Operand.of(RECORD_SIZE),
                        Abi.ZERO)
                .tolerateAll();
        p.store(polls, Abi.NONE, 4);
        p.call("tell it", Call.WRITE, Operand.of(exitPipe, "exit"), record, Abi.ONE)
                .tolerateAll();
        p.jump(again);
    }
}
