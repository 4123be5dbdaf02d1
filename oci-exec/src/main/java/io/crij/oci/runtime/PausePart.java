package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.MountFlags.*;
import static io.crij.linux.abi.Prctl.PR_SET_NAME;

import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.User;
import java.util.List;
import java.util.Optional;

/// The process that holds a sandbox's namespaces: it sees an empty root (another container of the pod could reach it
/// through `/proc/1/root`), has no rights, reaps what the pod's processes leave behind, and ends on SIGTERM or
/// SIGINT.
final class PausePart {
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;
    private static final int SIG_BLOCK = 0;
    private static final int WNOHANG = 1;
    private static final long USER = 65535;

    private final Setup setup;
    private final ShimSteps shimSteps;
    private final Privileges privileges;

    PausePart(Setup setup, ShimSteps shimSteps, Privileges privileges) {
        this.setup = setup;
        this.shimSteps = shimSteps;
        this.privileges = privileges;
    }

    /// The empty root, in a mount namespace of its own.
    void enterEmptyRoot() throws OciException {
        var p = setup.p;
        var steps = setup.steps;
        Register place = p.register("place");
        String bundle = setup.request.bundle().toString();
        new RootMount(setup).isolate();
        new FileSystem(steps)
                .make(
                        "tmpfs",
                        "as an empty root",
                        "tmpfs",
                        List.of("nr_inodes=1", "size=4k", "mode=555"),
                        0,
                        MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                        setup.root);
        steps.open("open " + bundle, Abi.CWD, bundle, O_PATH | O_DIRECTORY, place);
        steps.attach("attach the empty root", setup.root, place);
        new RootMount(setup).enter();
    }

    void run(Slots slots) throws InvalidSpec {
        Process nobody = Process.EMPTY.with(process -> {
            process.user = new User(USER, USER, null, List.of());
            process.capabilities = Capabilities.NONE;
            process.noNewPrivileges = true;
        });
        var last = new LastPart(setup.steps, slots, shimSteps, nobody, privileges, Optional.empty());
        var p = setup.p;
        p.call("name the pause", Call.PRCTL, Operand.of(PR_SET_NAME), p.text("pause"));
        long wanted = 1L << Abi.SIGCHLD - 1 | 1L << SIGINT - 1 | 1L << SIGTERM - 1;
        Operand signals = p.longs("{CHLD, INT, TERM}", wanted);
        // a blocked signal waits even for the first process of a pid namespace, which the kernel shields from others
        p.call(
                "hold signals back",
                Call.RT_SIGPROCMASK,
                Operand.of(SIG_BLOCK, "SIG_BLOCK"),
                signals,
                Abi.ZERO,
                Operand.of(8));
        last.become(setup.linux);
        last.awaitStart();
        // what an exec does for other programs: the runtime sees from it that the start is done
        p.call("close everything", Call.CLOSE_RANGE, Abi.ZERO, Abi.flags(0xFFFF_FFFFL, "~0"), Abi.ZERO);
        loop(signals);
    }

    private void loop(Operand signals) {
        var p = setup.p;
        Register got = p.register("signal");
        Label wait = p.label("pause");
        Label reap = p.label("reap");
        Label end = p.label("end");
        p.place(wait);
        p.call("wait for a signal", Call.RT_SIGTIMEDWAIT, signals, Abi.ZERO, Abi.ZERO, Operand.of(8))
                .into(got)
                .tolerate(Errno.EINTR);
        p.branch(got, Condition.EQUAL, Operand.of(SIGTERM, "SIGTERM"), end);
        p.branch(got, Condition.EQUAL, Operand.of(SIGINT, "SIGINT"), end);
        p.place(reap);
        p.call("reap", Call.WAIT4, Abi.NONE, Abi.ZERO, Operand.of(WNOHANG, "WNOHANG"), Abi.ZERO)
                .into(got)
                .tolerate(Errno.ECHILD);
        p.branch(Abi.ZERO, Condition.LESS, got, reap);
        p.jump(wait);
        p.place(end);
        p.call("end", Call.EXIT_GROUP, Abi.ZERO);
    }
}
