package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Memfd;
import io.crij.linux.Pidfd;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.spec.Process;
import org.jspecify.annotations.Nullable;

/// One exec: a process more in a container, with a shim of its own.
final class Execution {
    private final Toolbox tools;
    private final LiveContainer container;
    private final Process process;
    private final Stdio stdio;
    private final Shape shape;

    Execution(Toolbox tools, LiveContainer container, Process process, Stdio stdio, Shape shape) {
        this.tools = tools;
        this.container = container;
        this.process = process;
        this.stdio = stdio;
        this.shape = shape;
    }

    Shim run() throws OciException, InterruptedException {
        tools.validator().validate(process).forEach(tools.privileges()::warn);
        tools.labels().check(process, tools.privileges());
        ContainerRecord record = container.record();
        try (var undo = new Rollback();
                var target = new Pidfd(record.pid())) {
            if (!container.alive()) {
                throw new OciException.WrongState("container not running: " + record.id());
            }
            var slots = new Slots(stdio.more().size(), 0);
            // an exec's status is nowhere on disk: it does not outlive the runtime that asked for it
            var descriptors = new Descriptors(slots, stdio, Memfd.create("crij-exit"));
            undo.add("close the descriptors", descriptors::closeAll);
            int targetSlot = slots.give(target.fd());
            int programSlot = slots.reserve();
            var launch = new Launch(
                    tools.init(),
                    slots,
                    programSlot,
                    Launch.SHIM + record.id(),
                    descriptors,
                    tools.readiness(),
                    container.agent(_ -> SeccompAgent.running(record)));
            undo.add("end the exec in " + record.id(), () -> {
                launch.end(tools.reaper());
            });
            launch.run(new ExecProgram(
                            container.execPlan(),
                            process,
                            stdio,
                            shape,
                            slots,
                            descriptors.shim,
                            tools.privileges(),
                            tools.labels())
                    .compile(programSlot, targetSlot));
            descriptors.close();
            Shim shim = shim(launch, descriptors);
            undo.commit();
            return shim;
        } catch (ErrnoException e) {
            throw new StepFailed("cannot exec in container " + record.id() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    private Shim shim(Launch launch, Descriptors d) throws OciException, ErrnoException, InterruptedException {
        launch.awaitExecution();
        @Nullable Fd console = null;
        if (stdio instanceof Stdio.Terminal) {
            try (var pidfd = new Pidfd(launch.shimPid())) {
                console = pidfd.takeDescriptor(d.shim.console());
            }
        }
        var streams = new ShimProcess.Streams(
                d.stdin, d.stdout, d.stderr, console, d.backlogs, d.control, d.exited, d.exitFile);
        d.report.close();
        d.go.close();
        if (!shape.hasShim()) {
            var lone = new LoneProcess(launch.pid(), console);
            d.end(tools.reaper(), launch.shimPid());
            return lone;
        }
        var shim = new ShimProcess(launch.pid(), launch.shimPid(), streams, tools.reaper());
        shim.acknowledge();
        return shim;
    }
}
