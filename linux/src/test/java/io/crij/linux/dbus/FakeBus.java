package io.crij.linux.dbus;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A bus whose answers a test decides.
public final class FakeBus implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel server;
    private final Script script;
    private final List<SocketChannel> clients = new CopyOnWriteArrayList<>();

    /// The calls that came in, as `Interface.Member`.
    public final List<String> calls = new CopyOnWriteArrayList<>();

    /// What happens on a call; without an answer here, the client waits.
    public interface Script {
        void on(Message call, Client client) throws IOException;
    }

    public FakeBus(Path folder, Script script) throws IOException {
        this(folder.resolve("bus"), script, true);
    }

    /// @param greets whether it takes part in the greeting
    FakeBus(Path socket, Script script, boolean greets) throws IOException {
        this.socket = socket;
        this.script = script;
        Files.deleteIfExists(socket);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(() -> accept(greets));
    }

    public Path socket() {
        return socket;
    }

    private void accept(boolean greets) {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                clients.add(channel);
                if (greets) {
                    Thread.ofVirtual().start(() -> serve(channel));
                }
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(SocketChannel channel) {
        try {
            line(channel);
            channel.write(ByteBuffer.wrap("OK 0123456789abcdef\r\n".getBytes(StandardCharsets.US_ASCII)));
            line(channel);
            var client = new Client(channel);
            while (true) {
                byte[] fixed = read(channel, Message.FIXED);
                byte[] all = Arrays.copyOf(fixed, Message.length(fixed));
                byte[] rest = read(channel, all.length - fixed.length);
                System.arraycopy(rest, 0, all, fixed.length, rest.length);
                client.serial = ByteBuffer.wrap(all)
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                        .getInt(8);
                Message call = Message.parse(all);
                if (call.member().equals("Hello")) {
                    client.reply("s", new Marshal().text(":1.1"));
                    continue;
                }
                calls.add(call.member());
                if (List.of("AddMatch", "Subscribe").contains(call.member())) {
                    client.reply("", new Marshal());
                    continue;
                }
                script.on(call, client);
            }
        } catch (IOException _) {
            // the client has gone
        }
    }

    private static void line(SocketChannel channel) throws IOException {
        while (read(channel, 1)[0] != '\n') {
            // on
        }
    }

    private static byte[] read(SocketChannel channel, int count) throws IOException {
        var bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new IOException("closed");
            }
        }
        return bytes.array();
    }

    /// Whoever has called.
    public static final class Client {
        private final SocketChannel channel;
        private int serial;

        Client(SocketChannel channel) {
            this.channel = channel;
        }

        public void reply(String signature, Marshal body) throws IOException {
            send(2, "", "", "", signature, body);
        }

        public void error(String name, String text) throws IOException {
            send(3, "", "", name, "s", new Marshal().text(text));
        }

        public void signal(String path, String member, String signature, Marshal body) throws IOException {
            send(4, path, member, "", signature, body);
        }

        public void job(String path) throws IOException {
            reply("o", new Marshal().text(path));
        }

        public void removed(String job, String unit, String result) throws IOException {
            var body = new Marshal().u32(1).text(job).text(unit).text(result);
            signal("/org/freedesktop/systemd1", "JobRemoved", "uoss", body);
        }

        /// A variant with a string.
        public void value(String text) throws IOException {
            reply("v", new Marshal().variant(new Value.Text(text)));
        }

        public void raw(byte[] bytes) throws IOException {
            channel.write(ByteBuffer.wrap(bytes));
        }

        public void hangUp() throws IOException {
            channel.close();
        }

        private void send(int type, String path, String member, String error, String signature, Marshal body)
                throws IOException {
            raw(message(type, serial, path, member, error, signature, body));
        }
    }

    static byte[] message(
            int type, int replyTo, String path, String member, String error, String signature, Marshal body) {
        byte[] arguments = body.bytes();
        var m = new Marshal();
        m.u8('l').u8(type).u8(1).u8(1).u32(arguments.length).u32(77);
        var fields = m.array(8);
        text(m, 1, "o", path);
        text(m, 3, "s", member);
        text(m, 4, "s", error);
        if (type != 4) {
            m.struct().u8(5).signature("u").u32(replyTo);
        }
        if (!signature.isEmpty()) {
            m.struct().u8(8).signature("g").signature(signature);
        }
        m.close(fields);
        m.align(8);
        return m.raw(arguments).bytes();
    }

    private static void text(Marshal m, int code, String type, String value) {
        if (!value.isEmpty()) {
            m.struct().u8(code).signature(type).text(value);
        }
    }

    /// Breaks all connections; new ones are taken.
    public void dropClients() throws IOException {
        for (SocketChannel client : new ArrayList<>(clients)) {
            client.close();
            clients.remove(client);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        dropClients();
        Files.deleteIfExists(socket);
    }
}
