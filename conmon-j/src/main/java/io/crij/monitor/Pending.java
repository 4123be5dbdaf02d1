package io.crij.monitor;

import com.google.protobuf.ByteString;
import io.crij.monitor.proto.Reply;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A request that waits for its last reply. What comes before it (output of an exec) is collected here.
class Pending {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile long id;
    private volatile @Nullable Reply last;
    private volatile @Nullable MonitorException lost;
    private ByteString stdout = ByteString.EMPTY;
    private ByteString stderr = ByteString.EMPTY;

    void sentAs(long requestId) {
        id = requestId;
    }

    long id() {
        return id;
    }

    /// Called by the connection's reader only.
    void deliver(Reply reply) {
        if (reply.hasExecOutput()) {
            stdout = stdout.concat(reply.getExecOutput().getStdout());
            stderr = stderr.concat(reply.getExecOutput().getStderr());
            return;
        }
        last = reply;
        done.countDown();
    }

    void fail(MonitorException why) {
        lost = why;
        done.countDown();
    }

    void await() throws InterruptedException {
        done.await();
    }

    /// True when the last reply is there within that time.
    boolean await(Duration atMost) throws InterruptedException {
        return done.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// The last reply, after [#await()].
    Reply answer() throws MonitorException {
        Reply reply = last;
        if (reply == null) {
            throw Objects.requireNonNull(lost, "asked for the answer before it was there");
        }
        if (reply.hasFailure()) {
            throw MonitorException.of(reply.getFailure());
        }
        return reply;
    }

    ByteString stdout() {
        return stdout;
    }

    ByteString stderr() {
        return stderr;
    }
}
