package io.crij.oci.runtime;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.TimedOut;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;

/// The wait for the user's program to be executed, or not.
final class ExecutionWait {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Readiness readiness;
    private final LiveContainer.Waiting waiting;
    private final LiveContainer container;

    ExecutionWait(Readiness readiness, LiveContainer.Waiting waiting, LiveContainer container) {
        this.readiness = readiness;
        this.waiting = waiting;
        this.container = container;
    }

    void await() throws OciException, InterruptedException, ErrnoException {
        Optional<Launch> launch = waiting.launch();
        if (launch.isPresent()) {
            launch.get().awaitExecution();
            return;
        }
        while (news()) {
            // an agent has been served
        }
    }

    /// Of a program of an earlier runtime: its text has gone with that one.
    private boolean news() throws OciException, InterruptedException, ErrnoException {
        if (!readiness.await(waiting.report(), PATIENCE)) {
            throw new TimedOut("the start of the container's process", PATIENCE);
        }
        byte[] news = new byte[News.SIZE];
        if (waiting.report().read(news) != News.SIZE) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(news).order(ByteOrder.LITTLE_ENDIAN);
        int what = in.getInt(0);
        int value = in.getInt(4);
        if (what == News.NO_PROGRAM) {
            throw News.noProgram();
        }
        if (what == News.LISTENER) {
            Optional<SeccompAgent> agent = container.agent(SeccompAgent.ofFirst(container.record()));
            if (agent.isPresent()) {
                agent.get().hand(container.record().pid(), value, waiting.go());
            }
            return true;
        }
        throw new StepFailed(
                "cannot execute the container's program: " + Errno.describe(value) + " (operation " + what + ")",
                value);
    }
}
