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

    ExecutionWait(Readiness readiness, LiveContainer.Waiting waiting) {
        this.readiness = readiness;
        this.waiting = waiting;
    }

    void await() throws OciException, InterruptedException, ErrnoException {
        Optional<Launch> launch = waiting.launch();
        if (launch.isPresent()) {
            launch.get().awaitExecution();
            return;
        }
        // a program of an earlier runtime: its text has gone with that one
        if (!readiness.await(waiting.report(), PATIENCE)) {
            throw new TimedOut("the start of the container's process", PATIENCE);
        }
        byte[] news = new byte[News.SIZE];
        if (waiting.report().read(news) == News.SIZE) {
            ByteBuffer in = ByteBuffer.wrap(news).order(ByteOrder.LITTLE_ENDIAN);
            throw new StepFailed(
                    "cannot execute the container's program: " + Errno.describe(in.getInt(4)) + " (operation "
                            + in.getInt(0) + ")",
                    in.getInt(4));
        }
    }
}
