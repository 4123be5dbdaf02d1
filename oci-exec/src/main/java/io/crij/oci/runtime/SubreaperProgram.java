package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.FileFlags.O_WRONLY;
import static io.crij.linux.abi.Prctl.PR_SET_CHILD_SUBREAPER;
import static io.crij.linux.abi.Prctl.PR_SET_PDEATHSIG;

import io.crij.linux.Errno;
import io.crij.oci.program.Arch;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Failure;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.Program;
import io.crij.oci.program.ProgramBuilder;
import java.util.List;
import java.util.Optional;

/// Compiles the program of a [Subreaper]: it runs a command, and whatever that leaves behind becomes its child. The
/// end of each child is appended to the exit file, as waitid(2) tells it, until one process is asked for: from then on
/// that of this one alone, which is told through the exit pipe too. In a first phase it is privileged, since it may
/// have another command to run; in the
/// second it can do nothing but wait, like any shim.
final class SubreaperProgram {
    private static final int SFD_CLOEXEC = 0x80000;
    private static final int SFD_NONBLOCK = 0x800;
    private static final int SIG_BLOCK = 0;
    private static final int SIG_SETMASK = 2;
    private static final int P_ALL = 0;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int POLLIN = 1;
    private static final int SI_PID = 16;
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final int SIGNAL_SIZE = 128;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int CONTROL_WITH_ONE = 20;
    private static final Operand LAST = Abi.flags(0xFFFF_FFFFL, "~0");

    private final ProgramBuilder p;
    private final Steps steps;
    private final ShimSteps shim;
    private final Slots slots;
    private final Subreaper.Places places;
    private final Subreaper.Request request;
    private final Register pid;
    private final Register pidfd;
    private final Register value;
    private final Register got;
    private final Constant signals;
    private final Constant command;
    private final Constant wanted;
    private final Constant record;

    SubreaperProgram(Slots slots, Subreaper.Places places, Subreaper.Request request) {
        this.slots = slots;
        this.places = places;
        this.request = request;
        p = new ProgramBuilder(Arch.host(), slots.report());
        steps = new Steps(p);
        shim = new ShimSteps(steps, slots);
        pid = p.register("pid");
        pidfd = p.register("pidfd");
        value = p.register("value");
        got = p.register("result");
        signals = p.longs("{CHLD}", 1L << Abi.SIGCHLD - 1);
        command = p.space(8, "&commandPid");
        wanted = p.space(8, "&wanted");
        record = p.space(ShimSteps.RECORD_SIZE, "record");
    }

    Program compile() {
        Label child = p.label("command");
        Label waiter = p.label("waiter");
        shim.begin(places.program());
        steps.prctl("become a subreaper", PR_SET_CHILD_SUBREAPER, Abi.ONE);
        p.call(
                "hold signals back",
                Call.RT_SIGPROCMASK,
                Operand.of(SIG_BLOCK, "SIG_BLOCK"),
                signals,
                Abi.ZERO,
                Operand.of(8));
        p.call(
                        "be told of children that end",
                        Call.SIGNALFD4,
                        Abi.NONE,
                        signals,
                        Operand.of(8),
                        Abi.flags(SFD_CLOEXEC | SFD_NONBLOCK, "CLOEXEC|NONBLOCK"))
                .into(value);
        p.call("number that", Call.DUP3, value, Operand.of(places.shim().pidfd(), "signals"), Abi.openFlags(O_CLOEXEC));
        boolean runs = !request.arguments().isEmpty();
        if (runs) {
            fork("start " + request.arguments().getFirst(), child);
            p.store(command, pid, 4);
            shim.tellPid(pid);
        }
        if (request.waiter().isEmpty()) {
            closeStreams();
        }
        p.call("close everything else", Call.CLOSE_RANGE, Operand.of(slots.end()), LAST, Abi.ZERO);
        serve(true, waiter);
        if (runs) {
            p.place(child);
            execute(request.arguments(), request.environment());
        }
        request.waiter().ifPresent(arguments -> {
            p.place(waiter);
            streamsOfWaiter();
            execute(arguments, request.environment());
        });
        return p.build();
    }

    private void closeStreams() {
        p.call("close the container's streams", Call.CLOSE_RANGE, Abi.ZERO, Operand.of(2), Abi.ZERO);
    }

    private void fork(String about, Label child) {
        new CloneChild(p).emit(about, 0, "{}", Optional.empty(), child, pid, pidfd);
    }

    /// The command has a session, and with it a group, of its own: both can be ended as a whole.
    private void execute(List<String> arguments, List<String> environment) {
        String program = arguments.getFirst();
        p.call("make a session", Call.SETSID);
        steps.prctl("end with the subreaper", PR_SET_PDEATHSIG, Operand.of(Abi.SIGKILL, "SIGKILL"));
        Operand none = p.longs("{}", 0);
        p.call(
                "let signals through",
                Call.RT_SIGPROCMASK,
                Operand.of(SIG_SETMASK, "SIG_SETMASK"),
                none,
                Abi.ZERO,
                Operand.of(8));
        p.call("set the umask", Call.UMASK, Abi.octal(0022));
        if (!request.directory().equals("/")) {
            p.call("go to the folder", Call.CHDIR, p.text(request.directory()));
        }
        p.call(
                "let the rest end with the exec",
                Call.CLOSE_RANGE,
                Operand.of(3),
                LAST,
                Abi.flags(CLOSE_RANGE_CLOEXEC, "CLOEXEC"));
        p.call(program, Call.EXECVE, p.text(program), p.strings(arguments, "argv"), p.strings(environment, "envp"))
                .failure(Failure.COMMAND_NOT_EXECUTABLE);
    }

    private void streamsOfWaiter() {
        p.call("read nothing", Call.DUP3, Operand.of(places.nothing(), "null"), Abi.ZERO, Abi.ZERO);
        p.call("write how it ended", Call.DUP3, Operand.of(places.waited(), "waited"), Abi.ONE, Abi.ZERO);
        p.call("drop errors", Call.DUP3, Operand.of(places.nothing(), "null"), Operand.of(2), Abi.ZERO);
    }

    private void serve(boolean privileged, Label waiter) {
        boolean console = privileged && places.listener() != Descriptors.NONE;
        ShimSlots own = places.shim();
        Constant polls = p.struct("{signals, control" + (console ? ", listener}" : "}"), 24, b -> {
            b.putInt(own.pidfd()).putShort((short) POLLIN).putShort((short) 0);
            b.putInt(own.control()).putShort((short) POLLIN).putShort((short) 0);
            b.putInt(places.listener()).putShort((short) POLLIN).putShort((short) 0);
        });
        String phase = privileged ? "" : "Shim";
        Label again = p.label("serve" + phase);
        Label second = p.label("drop" + phase);
        Label noSignal = p.label("noSignal" + phase);
        p.place(again);
        p.call(
                        "wait for an end or a command",
                        Call.PPOLL,
                        polls,
                        Operand.of(console ? 3 : 2),
                        Abi.ZERO,
                        Abi.ZERO,
                        Abi.ZERO)
                .tolerate(Errno.EINTR);
        p.load(value, ProgramBuilder.offset(polls, 6), 2);
        p.branch(value, Condition.EQUAL, Abi.ZERO, noSignal);
        reapAll(phase);
        p.place(noSignal);
        if (console) {
            takeConsole(polls);
        }
        p.load(value, ProgramBuilder.offset(polls, 14), 2);
        p.branch(value, Condition.EQUAL, Abi.ZERO, again);
        carryOut(privileged, again, second, waiter);
        if (privileged) {
            p.place(second);
            shim.dropPrivileges(false);
            serve(false, waiter);
        }
    }

    private void reapAll(String phase) {
        Label reap = p.label("reap" + phase);
        Label reaped = p.label("reaped" + phase);
        Label write = p.label("write" + phase);
        Label written = p.label("written" + phase);
        Label notCommand = p.label("notCommand" + phase);
        p.call("take the signal", Call.READ, signalSlot(), p.space(SIGNAL_SIZE, "signal"), Operand.of(SIGNAL_SIZE))
                .tolerateAll();
        p.place(reap);
        p.call(
                        "see how a child ended",
                        Call.WAITID,
                        Operand.of(P_ALL, "P_ALL"),
                        Abi.ZERO,
                        record,
                        Operand.of(WEXITED | WNOHANG, "WEXITED|WNOHANG"),
                        Abi.ZERO)
                .into(got)
                .tolerateAll();
        p.branch(got, Condition.LESS, Abi.ZERO, reaped);
        p.load(pid, ProgramBuilder.offset(record, SI_PID), 4);
        p.branch(pid, Condition.EQUAL, Abi.ZERO, reaped);
        // before it is known whose end is wanted, every end may be: later, a container that shares the host's pid
        // namespace could fill the disk with those of its orphans
        p.load(value, wanted, 4);
        p.branch(value, Condition.EQUAL, Abi.ZERO, write);
        p.branch(pid, Condition.DIFFERENT, value, written);
        p.place(write);
        p.call("see when", Call.CLOCK_GETTIME, Abi.ZERO, ProgramBuilder.offset(record, ShimSteps.RECORD_TIME));
        p.call(
                        "write it down",
                        Call.WRITE,
                        Operand.of(places.shim().exitFile(), "exitFile"),
                        record,
                        Operand.of(ShimSteps.RECORD_SIZE))
                .tolerateAll();
        p.place(written);
        p.load(value, command, 4);
        p.branch(pid, Condition.DIFFERENT, value, notCommand);
        shim.tell(News.COMMAND_ENDED, "COMMAND_ENDED");
        p.place(notCommand);
        p.load(value, wanted, 4);
        p.branch(pid, Condition.DIFFERENT, value, reap);
        p.call("tell it", Call.WRITE, Operand.of(places.shim().exit(), "exit"), record, Abi.ONE)
                .tolerateAll();
        p.jump(reap);
        p.place(reaped);
    }

    private Operand signalSlot() {
        return Operand.of(places.shim().pidfd(), "signals");
    }

    private void carryOut(boolean privileged, Label again, Label second, Label waiter) {
        Operand control = Operand.of(places.shim().control(), "control");
        Constant order = p.space(8, "order");
        p.call("read an order", Call.READ, control, order, Abi.ONE).into(got).tolerateAll();
        if (privileged) {
            // the runtime has gone before it wrote down what it needs to find this process again
            Label ordered = p.label("ordered");
            p.branch(got, Condition.EQUAL, Abi.ONE, ordered);
            p.call("end", Call.EXIT_GROUP, Abi.ONE);
            p.place(ordered);
        }
        p.load(value, order, 2);
        on(ShimSteps.QUIT, privileged, () -> p.call("end", Call.EXIT_GROUP, Abi.ZERO));
        int stdin = places.shim().stdin();
        if (stdin != Descriptors.NONE) {
            on(ShimSteps.CLOSE_STDIN, privileged, () -> {
                p.call("close the standard input", Call.CLOSE, Operand.of(stdin, "stdin"))
                        .tolerateAll();
                p.jump(again);
            });
        }
        on(ShimSteps.PROCESS, privileged, () -> {
            // once there is a waiter, its end is the one that is wanted, whatever a later runtime asks for
            boolean waits = !privileged && request.waiter().isPresent();
            Constant asked = waits ? p.space(8, "notWanted") : wanted;
            p.call("read whose end is wanted", Call.READ, control, asked, Operand.of(4))
                    .tolerateAll();
            if (request.waiter().isEmpty()) {
                // it may have ended before this order came: from here on its end is told, so now is the time to look
                p.call(
                                "have it looked for",
                                Call.WRITE,
                                Operand.of(places.shim().exit(), "exit"),
                                record,
                                Abi.ONE)
                        .tolerateAll();
            }
            p.jump(privileged && request.waiter().isEmpty() ? second : again);
        });
        if (privileged) {
            on(ShimSteps.ACKNOWLEDGE, true, () -> {
                // a writer of our own: without one, the pipe would be at its end whenever no runtime is there
                steps.open(
                        "keep the control pipe open",
                        Abi.CWD,
                        "/proc/self/fd/" + places.shim().control(),
                        O_WRONLY,
                        got);
                p.jump(again);
            });
            if (request.waiter().isPresent()) {
                on(ShimSteps.WAIT, true, () -> {
                    fork("start " + request.waiter().get().getFirst(), waiter);
                    p.store(wanted, pid, 4);
                    // until now the container had none: nobody else has held the pipes open
                    closeStreams();
                    p.jump(second);
                });
            }
        }
        p.jump(again);
    }

    private void on(byte order, boolean privileged, Runnable then) {
        Label other = p.label("not'" + (char) order + "'" + privileged);
        p.branch(value, Condition.DIFFERENT, Operand.of(order, "'" + (char) order + "'"), other);
        then.run();
        p.place(other);
    }

    /// A runtime connects to its console socket and sends the master of the terminal.
    private void takeConsole(Constant polls) {
        Label none = p.label("noConsole");
        Label close = p.label("closeConnection");
        Register connection = p.register("connection");
        Register master = p.register("master");
        Operand listener = Operand.of(places.listener(), "listener");
        p.load(value, ProgramBuilder.offset(polls, 22), 2);
        p.branch(value, Condition.EQUAL, Abi.ZERO, none);
        p.call("accept the runtime's connection", Call.ACCEPT4, listener, Abi.ZERO, Abi.ZERO, Abi.openFlags(O_CLOEXEC))
                .into(connection)
                .tolerateAll();
        p.branch(connection, Condition.LESS, Abi.ZERO, none);
        int text = 256;
        int control = 64;
        Constant bytes = p.space(text + control, "message");
        Constant vector = p.longs("{256}", bytes.value(), text);
        Constant header = p.longs("{message}", 0, 0, vector.value(), 1, bytes.value() + text, control, 0);
        p.call("receive the terminal", Call.RECVMSG, connection, header, Operand.of(MSG_CMSG_CLOEXEC, "CMSG_CLOEXEC"))
                .into(got)
                .tolerateAll();
        p.branch(got, Condition.LESS, Abi.ZERO, close);
        p.load(value, ProgramBuilder.offset(header, 40), 8);
        p.branch(value, Condition.LESS, Operand.of(CONTROL_WITH_ONE), close);
        p.load(master, ProgramBuilder.offset(bytes, text + 16), 4);
        p.call(
                "number the terminal",
                Call.DUP3,
                master,
                Operand.of(places.shim().console(), "console"),
                Abi.openFlags(O_CLOEXEC));
        steps.close(master);
        shim.tell(News.CONSOLE, "CONSOLE");
        p.store(ProgramBuilder.offset(polls, 16), Abi.NONE, 4);
        p.place(close);
        steps.close(connection);
        p.place(none);
    }
}
