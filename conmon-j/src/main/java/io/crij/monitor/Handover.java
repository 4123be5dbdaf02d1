package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.UnixListener;
import io.crij.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;

/// Brings descriptors from the monitor to its client, over a socket made for this one time: the client listens, the
/// monitor connects, sends them in one message and goes. By then everything waits in the socket, so nobody blocks.
final class Handover implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final UnixListener listener;

    /// What a descriptor is, with its number in the message.
    enum Kind {
        STDIN(0),
        STDOUT(1),
        STDERR(2),
        CONSOLE(3);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        private static Kind of(int number) throws IOException {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IOException("a descriptor of the unknown kind " + number + " came");
        }
    }

    /// At the client: listens in this folder.
    Handover(Path folder) throws ErrnoException {
        byte[] name = new byte[8];
        RANDOM.nextBytes(name);
        path = folder.resolve(".h-" + HexFormat.of().formatHex(name));
        listener = UnixListener.bind(path.toString(), UnixSocket.Kind.SEQPACKET);
    }

    Path path() {
        return path;
    }

    /// At the client, after the monitor has said that it sent them. The descriptors are the caller's to close.
    ///
    /// @throws IOException they did not come, or came from somebody else
    Map<Kind, Fd> receive() throws IOException {
        listener.fd().nonBlocking(true);
        try (UnixSocket socket = listener.accept()) {
            socket.fd().nonBlocking(true);
            if (socket.peer().uid() != (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid")) {
                throw new IOException("another user connected to " + path);
            }
            UnixSocket.Message message = socket.receive(Kind.values().length);
            Map<Kind, Fd> received = new EnumMap<>(Kind.class);
            try {
                for (int i = 0; i < message.descriptors().size(); i++) {
                    received.put(
                            Kind.of(message.bytes()[i]), message.descriptors().get(i));
                }
                return received;
            } catch (IOException | IndexOutOfBoundsException e) {
                message.close();
                throw new IOException("descriptors from the monitor are not what was agreed on", e);
            }
        }
    }

    /// At the monitor.
    static void send(String path, Map<Kind, Fd> descriptors) throws ErrnoException {
        byte[] kinds = new byte[descriptors.size()];
        int count = 0;
        for (Kind kind : descriptors.keySet()) {
            kinds[count++] = (byte) kind.number;
        }
        try (UnixSocket socket = UnixSocket.connect(path, UnixSocket.Kind.SEQPACKET)) {
            socket.send(kinds, java.util.List.copyOf(descriptors.values()));
        }
    }

    @Override
    public void close() {
        listener.close();
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            System.getLogger(Handover.class.getName()).log(System.Logger.Level.WARNING, path + " stays", e);
        }
    }
}
