package io.crij.e2e.nri;

import com.google.protobuf.ByteString;
import io.crij.ttrpc.proto.Request;
import io.crij.ttrpc.proto.Response;
import io.crij.ttrpc.proto.Status;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// A plugin's end of the connection: pieces with a connection id, in them frames of ttrpc. Requests of the runtime come
/// on connection 1, answers to the plugin's on connection 2.
final class PluginLink {
    private static final int PLUGIN = 1;
    private static final int RUNTIME = 2;
    private static final byte REQUEST = 1;
    private static final byte RESPONSE = 2;
    private static final int HEADER = 10;

    private final DataInputStream in;
    private final OutputStream out;
    private final Service service;
    private final Map<Integer, ByteArrayOutputStream> halves = new HashMap<>();
    private final Map<Integer, CompletableFuture<Response>> waiting = new ConcurrentHashMap<>();
    private int stream = 1;

    /// The plugin's service.
    interface Service {
        /// @throws RefusedException whose message goes back as an error
        byte[] answer(String method, byte[] request) throws RefusedException, InterruptedException;
    }

    static final class RefusedException extends Exception {
        private final int code;

        RefusedException(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    PluginLink(InputStream in, OutputStream out, Service service) {
        this.in = new DataInputStream(in);
        this.out = out;
        this.service = service;
    }

    /// Reads until the end of the connection.
    void serve() {
        try {
            while (true) {
                int id = in.readInt();
                byte[] piece = new byte[in.readInt()];
                in.readFully(piece);
                var half = halves.computeIfAbsent(id, _ -> new ByteArrayOutputStream());
                half.writeBytes(piece);
                takeFrames(id, half);
            }
        } catch (IOException _) {
            var end = new IOException("the runtime has closed the connection");
            waiting.values().forEach(answer -> answer.completeExceptionally(end));
        }
    }

    private void takeFrames(int id, ByteArrayOutputStream half) throws IOException {
        var bytes = ByteBuffer.wrap(half.toByteArray());
        while (bytes.remaining() >= HEADER && bytes.remaining() >= HEADER + bytes.getInt(bytes.position())) {
            byte[] content = new byte[bytes.getInt()];
            int number = bytes.getInt();
            byte type = bytes.get();
            bytes.get();
            bytes.get(content);
            if (id == PLUGIN && type == REQUEST) {
                var request = Request.parseFrom(content);
                Thread.ofVirtual().start(() -> answer(number, request));
            } else if (id == RUNTIME && type == RESPONSE) {
                var answer = waiting.remove(number);
                if (answer != null) {
                    answer.complete(Response.parseFrom(content));
                }
            } else {
                throw new IOException("a frame of type " + type + " on connection " + id);
            }
        }
        half.reset();
        half.write(bytes.array(), bytes.position(), bytes.remaining());
    }

    private void answer(int number, Request request) {
        var answer = Response.newBuilder();
        try {
            answer.setPayload(ByteString.copyFrom(
                    service.answer(request.getMethod(), request.getPayload().toByteArray())));
        } catch (RefusedException e) {
            answer.setStatus(Status.newBuilder().setCode(e.code).setMessage(String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            return;
        }
        try {
            send(PLUGIN, number, RESPONSE, answer.build().toByteArray());
        } catch (IOException _) {
            // nobody listens any more
        }
    }

    /// Calls the runtime.
    byte[] call(String method, byte[] payload) throws Exception {
        var answer = new CompletableFuture<Response>();
        int number;
        synchronized (this) {
            number = stream;
            stream += 2;
        }
        waiting.put(number, answer);
        send(
                RUNTIME,
                number,
                REQUEST,
                Request.newBuilder()
                        .setService("nri.pkg.api.v1alpha1.Runtime")
                        .setMethod(method)
                        .setPayload(ByteString.copyFrom(payload))
                        .build()
                        .toByteArray());
        var response = answer.get(60, TimeUnit.SECONDS);
        if (response.getStatus().getCode() != 0) {
            throw new RefusedException(
                    response.getStatus().getCode(), response.getStatus().getMessage());
        }
        return response.getPayload().toByteArray();
    }

    private synchronized void send(int id, int number, byte type, byte[] content) throws IOException {
        out.write(ByteBuffer.allocate(8 + HEADER + content.length)
                .putInt(id)
                .putInt(HEADER + content.length)
                .putInt(content.length)
                .putInt(number)
                .put(type)
                .put((byte) 0)
                .put(content)
                .array());
        out.flush();
    }
}
