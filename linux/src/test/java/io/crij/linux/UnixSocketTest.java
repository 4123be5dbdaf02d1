package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    @TempDir
    Path folder;

    @Test
    void descriptorsTravelWithTheBytes() throws Exception {
        try (var pair = UnixSocket.pair(UnixSocket.Kind.STREAM);
                Pipe pipe = Pipe.open()) {
            pair.first().send("hello".getBytes(), List.of(pipe.writer(), pipe.reader()));
            try (var message = pair.second().receive(100)) {
                assertEquals("hello", new String(message.bytes()));
                assertEquals(2, message.descriptors().size());
                message.descriptors().getFirst().write("x".getBytes());
                assertEquals(1, pipe.reader().available());
            }
        }
    }

    @Test
    void oneMessageMayCarryTheMostDescriptors() throws Exception {
        try (var pair = UnixSocket.pair(UnixSocket.Kind.SEQPACKET);
                Pipe pipe = Pipe.open()) {
            List<Fd> many = java.util.Collections.nCopies(UnixSocket.MOST_DESCRIPTORS, pipe.reader());
            pair.first().send(new byte[] {1}, many);
            try (var message = pair.second().receive(10)) {
                assertEquals(UnixSocket.MOST_DESCRIPTORS, message.descriptors().size());
            }
        }
    }

    @Test
    void aStreamSendsEverything() throws Exception {
        byte[] data = new byte[3_000_000];
        new Random(3).nextBytes(data);
        try (var pair = UnixSocket.pair(UnixSocket.Kind.STREAM)) {
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    pair.first().send(data, List.of());
                    pair.first().shutdownOutput();
                } catch (ErrnoException e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals(
                    java.util.Arrays.hashCode(data),
                    java.util.Arrays.hashCode(pair.second().fd().readAll(data.length)));
            sender.join();
        }
    }

    @Test
    void theListenerKnowsItsClient() throws Exception {
        String path = folder.resolve("s").toString();
        try (var listener = UnixListener.bind(path, UnixSocket.Kind.STREAM);
                var client = UnixSocket.connect(path, UnixSocket.Kind.STREAM);
                var server = listener.accept()) {
            assertEquals(new PeerCredentials(Self.pid(), Self.uid(), Self.gid()), server.peer());
            client.close();
            assertEquals(0, server.receive(10).bytes().length);
        }
    }

    @Test
    void longPathsWork() throws Exception {
        Path deep = Files.createDirectories(folder.resolve("x".repeat(120)).resolve("y".repeat(50)));
        String path = deep.resolve("sock").toString();
        try (var listener = UnixListener.bind(path, UnixSocket.Kind.STREAM);
                var client = UnixSocket.connect(path, UnixSocket.Kind.STREAM);
                var server = listener.accept()) {
            client.send("hi".getBytes(), List.of());
            assertEquals("hi", new String(server.receive(10).bytes()));
        }
        assertEquals(true, At.stat(Fd.CWD, path).isSocket());
    }

    @Test
    void aMissingSocketIsNamed() {
        String path = folder.resolve("none").toString();
        ErrnoException e = assertThrows(ErrnoException.class, () -> UnixSocket.connect(path, UnixSocket.Kind.STREAM));
        assertEquals(Errno.ENOENT, e.errno());
        assertEquals(path, e.about());
    }
}
