package io.crij.ttrpc;

import com.google.protobuf.ByteString;
import io.crij.ttrpc.proto.Request;
import io.crij.ttrpc.proto.Response;
import io.crij.ttrpc.proto.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Answers the calls of the other end of a connection, each on a virtual thread of its own, which is interrupted when
/// the time of the call is over or the connection ends.
public final class TtrpcServer implements AutoCloseable {
    private static final int MOST_AT_ONCE = 64;
    private static final byte REMOTE_CLOSED = 1;

    private final FrameStream frames;
    private final Handler handler;
    private final String name;
    /// Under way by stream id; guarded by itself.
    private final Map<Integer, Thread> calls = new HashMap<>();

    /// Carries out calls.
    @FunctionalInterface
    public interface Handler {
        /// @param service with its package
        /// @return the bytes of the answer's message
        /// @throws TtrpcException.Refused with the status to answer
        byte[] handle(String service, String method, byte[] payload)
                throws TtrpcException.Refused, InterruptedException;
    }

    /// @param name of its threads
    public TtrpcServer(String name, InputStream in, OutputStream out, Handler handler) {
        this.frames = new FrameStream(in, out);
        this.handler = handler;
        this.name = name;
    }

    /// Serves until the connection ends.
    ///
    /// @throws IOException when it did not end well, such as by a frame that makes no sense
    public void serve() throws IOException {
        try {
            for (var frame = frames.read(); frame != null; frame = frames.read()) {
                if (frame.type() != FrameStream.REQUEST) {
                    throw new IOException("a frame of type " + frame.type() + " came where requests are expected");
                }
                if (frame.stream() % 2 == 0) {
                    throw new IOException("a request has the stream id " + Integer.toUnsignedString(frame.stream())
                            + ", but those of clients are odd");
                }
                begin(frame);
            }
        } finally {
            close();
        }
    }

    private void begin(FrameStream.Frame frame) throws IOException {
        var request = Request.parseFrom(frame.content());
        int stream = frame.stream();
        synchronized (calls) {
            if (calls.containsKey(stream)) {
                throw new IOException("two requests have the stream id " + Integer.toUnsignedString(stream));
            }
            if (calls.size() < MOST_AT_ONCE) {
                var thread = Thread.ofVirtual().name(name + "-" + stream).unstarted(() -> carryOut(frame, request));
                calls.put(stream, thread);
                thread.start();
                return;
            }
        }
        answer(
                stream,
                failure(
                        StatusCode.RESOURCE_EXHAUSTED,
                        "more than " + MOST_AT_ONCE + " calls at once; wait for answers"));
    }

    private void carryOut(FrameStream.Frame frame, Request request) {
        var call = Thread.currentThread();
        var timer = request.getTimeoutNano() > 0 ? timer(call, Duration.ofNanos(request.getTimeoutNano())) : null;
        try {
            answer(frame.stream(), respond(frame, request));
        } catch (IOException _) {
            frames.close();
        } finally {
            synchronized (calls) {
                calls.remove(frame.stream());
            }
            if (timer != null) {
                timer.interrupt();
            }
        }
    }

    private static Thread timer(Thread call, Duration time) {
        return Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(time);
                call.interrupt();
            } catch (InterruptedException _) {
                // answered in time
            }
        });
    }

    private Response respond(FrameStream.Frame frame, Request request) {
        String what = request.getService() + "/" + request.getMethod();
        if ((frame.flags() & ~REMOTE_CLOSED) != 0) {
            return failure(StatusCode.UNIMPLEMENTED, what + ": streams are not supported, only single messages");
        }
        try {
            byte[] answer = handler.handle(
                    request.getService(),
                    request.getMethod(),
                    request.getPayload().toByteArray());
            return answer.length > FrameStream.LARGEST
                    ? failure(StatusCode.RESOURCE_EXHAUSTED, what + ": the answer is too large")
                    : Response.newBuilder()
                            .setStatus(Status.getDefaultInstance())
                            .setPayload(ByteString.copyFrom(answer))
                            .build();
        } catch (TtrpcException.Refused e) {
            return failure(e.code(), String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            return failure(StatusCode.DEADLINE_EXCEEDED, what + " was not carried out in time");
        } catch (RuntimeException e) {
            return failure(StatusCode.INTERNAL, what + " failed: " + e);
        }
    }

    private static Response failure(StatusCode code, String message) {
        return Response.newBuilder()
                .setStatus(Status.newBuilder().setCode(code.number()).setMessage(message))
                .build();
    }

    private void answer(int stream, Response response) throws IOException {
        // the thread may have been interrupted, what it says must be written all the same
        boolean interrupted = Thread.interrupted();
        try {
            frames.write(stream, FrameStream.RESPONSE, (byte) 0, response.toByteArray());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        frames.close();
        synchronized (calls) {
            calls.values().forEach(Thread::interrupt);
        }
    }
}
