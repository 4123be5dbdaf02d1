package io.crij.shim;

import com.google.protobuf.InvalidProtocolBufferException;
import io.crij.shim.proto.ForwardRequest;
import io.crij.shim.proto.Nothing;
import io.crij.shim.proto.TaskOOM;
import io.crij.ttrpc.StatusCode;
import io.crij.ttrpc.TtrpcException;
import io.crij.ttrpc.TtrpcServer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;

/// Where shims tell what happens (`TTRPC_ADDRESS`); one that cannot connect here does not start. That a container has
/// run out of memory is known from nobody else when it runs in a virtual machine; of its end is told by its wait.
final class ShimEvents implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ShimEvents.class.getName());
    private static final String SERVICE = "containerd.services.events.ttrpc.v1.Events";
    private static final String OUT_OF_MEMORY = "containerd.events.TaskOOM";

    private final ServerSocketChannel server;
    private final Consumer<String> outOfMemory;

    /// @param socket one that is there is an earlier monitor's, and replaced
    /// @param outOfMemory given the id of a container
    ShimEvents(Path socket, Consumer<String> outOfMemory) throws IOException {
        this.outOfMemory = outOfMemory;
        Files.createDirectories(socket.getParent());
        Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwx------"));
        Files.deleteIfExists(socket);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            server.close();
            throw new IOException("Tried to listen on " + socket + " for shims but " + e.getMessage(), e);
        }
        Thread.ofVirtual().name("shim-events").start(this::accept);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel shim = server.accept();
                Thread.ofVirtual().name("shim-events").start(() -> serve(shim));
            } catch (IOException e) {
                if (server.isOpen()) {
                    LOG.log(System.Logger.Level.ERROR, "shims cannot tell what happens any more", e);
                }
                return;
            }
        }
    }

    private void serve(SocketChannel shim) {
        var streams = new SocketStreams("shim-events", shim);
        try (var connection = new TtrpcServer("shim-event", streams.in(), streams.out(), this::take)) {
            connection.serve();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a shim went: " + e.getMessage());
        }
    }

    private byte[] take(String service, String method, byte[] payload) throws TtrpcException.Refused {
        if (!service.equals(SERVICE) || !method.equals("Forward")) {
            throw new TtrpcException.Refused(StatusCode.UNIMPLEMENTED, service + "/" + method + " is not served here");
        }
        try {
            var event = ForwardRequest.parseFrom(payload).getEnvelope().getEvent();
            if (event.getTypeUrl().endsWith(OUT_OF_MEMORY)) {
                outOfMemory.accept(TaskOOM.parseFrom(event.getValue()).getContainerId());
            }
            return Nothing.getDefaultInstance().toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new TtrpcException.Refused(StatusCode.INVALID_ARGUMENT, "no event: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
