package io.crij.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crij.ttrpc.proto.Request;
import io.crij.ttrpc.proto.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Calls the services at the other end of a connection. Thread-safe; calls may be under way at the same time. A virtual
/// thread of its own reads answers until the connection ends.
public final class TtrpcClient implements AutoCloseable {
    private final FrameStream frames;
    private final Runnable onEnd;
    /// By stream id; guarded by itself, as are the fields of each [Pending].
    private final Map<Integer, Pending> pending = new HashMap<>();

    private int nextStream = 1;
    private @Nullable String ended;

    private static final class Pending {
        private @Nullable Response answer;
    }

    /// @param name of the thread that reads
    /// @param onEnd called once, on that thread, when the connection has ended
    public TtrpcClient(String name, InputStream in, OutputStream out, Runnable onEnd) {
        this.frames = new FrameStream(in, out);
        this.onEnd = onEnd;
        Thread.ofVirtual().name(name).start(this::readAnswers);
    }

    /// Calls and waits. An interrupt gives the call up; an answer that comes later is dropped.
    ///
    /// @param service with its package
    /// @param timeout told to the other end too; zero is without end
    /// @return the bytes of the answer's message
    public byte[] call(String service, String method, byte[] payload, Duration timeout)
            throws TtrpcException, InterruptedException {
        String what = service + "/" + method;
        byte[] request = Request.newBuilder()
                .setService(service)
                .setMethod(method)
                .setPayload(ByteString.copyFrom(payload))
                .setTimeoutNano(timeout.toNanos())
                .build()
                .toByteArray();
        if (request.length > FrameStream.LARGEST) {
            throw new TtrpcException.TooLarge(what, request.length);
        }
        var call = new Pending();
        int stream = begin(call, what);
        try {
            frames.write(stream, FrameStream.REQUEST, (byte) 0, request);
            return await(call, what, timeout);
        } catch (IOException e) {
            end("it cannot be written to: " + e.getMessage());
            throw new TtrpcException.Closed(what + " could not be sent: " + e.getMessage(), e);
        } finally {
            synchronized (pending) {
                pending.remove(stream);
            }
        }
    }

    private int begin(Pending call, String what) throws TtrpcException.Closed {
        synchronized (pending) {
            if (ended != null) {
                throw new TtrpcException.Closed(what + " was not sent, the connection has ended: " + ended, null);
            }
            int stream = nextStream;
            // clients have the odd numbers
            nextStream += 2;
            pending.put(stream, call);
            return stream;
        }
    }

    private byte[] await(Pending call, String what, Duration timeout) throws TtrpcException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Response answer;
        synchronized (pending) {
            while (call.answer == null) {
                if (ended != null) {
                    throw new TtrpcException.Closed(what + " had no answer, the connection has ended: " + ended, null);
                }
                if (timeout.isZero()) {
                    pending.wait();
                    continue;
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new TtrpcException.TimedOut(what, timeout);
                }
                pending.wait(left / 1_000_000, (int) (left % 1_000_000));
            }
            answer = call.answer;
        }
        var status = answer.getStatus();
        if (status.getCode() != 0) {
            throw new TtrpcException.Refused(StatusCode.of(status.getCode()), status.getMessage());
        }
        return answer.getPayload().toByteArray();
    }

    private void readAnswers() {
        try {
            for (var frame = frames.read(); frame != null; frame = frames.read()) {
                if (frame.type() != FrameStream.RESPONSE) {
                    throw new IOException("a frame of type " + frame.type()
                            + " came where answers are expected; streams are not supported");
                }
                take(frame.stream(), Response.parseFrom(frame.content()));
            }
            end("the other end closed it");
        } catch (InvalidProtocolBufferException e) {
            end("an answer came that is no message: " + e.getMessage());
        } catch (IOException e) {
            end(String.valueOf(e.getMessage()));
        } finally {
            onEnd.run();
        }
    }

    private void take(int stream, Response answer) {
        synchronized (pending) {
            var call = pending.get(stream);
            if (call != null) {
                call.answer = answer;
                pending.notifyAll();
            }
        }
    }

    private void end(String why) {
        synchronized (pending) {
            if (ended == null) {
                ended = why;
            }
            pending.notifyAll();
        }
        frames.close();
    }

    /// Ends the connection; calls under way fail.
    @Override
    public void close() {
        end("it was closed here");
    }
}
