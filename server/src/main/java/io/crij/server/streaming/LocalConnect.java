package io.crij.server.streaming;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.TcpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Connects to a port of `localhost`: 127.0.0.1, then ::1.
final class LocalConnect {
    private static final byte[] V4 = {127, 0, 0, 1};
    private static final byte[] V6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private final Poller poller;
    private final int port;

    LocalConnect(Poller poller, int port) {
        this.poller = poller;
        this.port = port;
    }

    /// Sockets of this process's own network namespace, IPv4 first.
    static List<TcpSocket> hostSockets() throws ErrnoException {
        var sockets = new ArrayList<TcpSocket>();
        sockets.add(TcpSocket.open(TcpSocket.AF_INET));
        try {
            sockets.add(TcpSocket.open(TcpSocket.AF_INET6));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EAFNOSUPPORT) {
                sockets.getFirst().close();
                throw e;
            }
        }
        return sockets;
    }

    /// The first that connects; the others are closed.
    ///
    /// @param sockets an IPv4 one, then perhaps an IPv6 one
    /// @throws IOException none does; the message says why the IPv4 one does not
    TcpSocket first(List<TcpSocket> sockets) throws IOException, InterruptedException {
        TcpSocket connected = null;
        IOException failure = new IOException("no socket could be made for port " + port);
        try {
            for (int i = 0; i < sockets.size() && connected == null; i++) {
                var address = InetAddress.getByAddress(i == 0 ? V4 : V6);
                try {
                    connect(sockets.get(i), address);
                    connected = sockets.get(i);
                } catch (ErrnoException e) {
                    failure = i == 0
                            ? new IOException(
                                    "nothing answers on 127.0.0.1 port " + port + ": " + Errno.describe(e.errno()), e)
                            : failure;
                }
            }
        } finally {
            for (var socket : sockets) {
                if (socket != connected) {
                    socket.close();
                }
            }
        }
        if (connected == null) {
            throw failure;
        }
        return connected;
    }

    private void connect(TcpSocket socket, InetAddress address) throws ErrnoException, InterruptedException {
        socket.noDelay();
        if (!socket.connect(address, port)) {
            poller.awaitConnected(socket.fd());
            socket.finishConnect();
        }
    }
}
