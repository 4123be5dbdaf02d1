package io.crij.e2e;

import io.crij.cri.v1.StatusRequest;
import io.crij.server.cli.CriClient;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Whether servers answer.
final class Sockets {
    private Sockets() {}

    static boolean answers(Path socket) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /// Does a CRI server say here that it can run pods?
    static boolean isReady(Path socket) {
        if (!Files.exists(socket) || !answers(socket)) {
            return false;
        }
        try (var client = new CriClient(socket, Duration.ofSeconds(5))) {
            return client.runtime().status(StatusRequest.getDefaultInstance()).getStatus().getConditionsList().stream()
                    .filter(c -> c.getType().equals("RuntimeReady"))
                    .anyMatch(io.crij.cri.v1.RuntimeCondition::getStatus);
        } catch (StatusRuntimeException e) {
            return false;
        }
    }
}
