package io.crij.linux.dbus;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One connection to a bus, or to a program that speaks D-Bus without one. Two virtual threads of
/// its own read and write; callers wait for their reply. Thread-safe.
///
/// A call that is not answered in time ends the connection: who has once not answered keeps everybody waiting, and the
/// next call connects anew.
public final class Connection implements AutoCloseable {
    private static final String BUS = "org.freedesktop.DBus";

    private static final Message NOTHING = new Message(Message.Type.REPLY, 0, "", "", "", "", ByteBuffer.allocate(0));

    private final Path socket;
    private final SocketChannel channel;
    private final Duration patience;
    private final Consumer<Message> signals;
    private final AtomicInteger serials = new AtomicInteger();
    private final Map<Integer, BlockingQueue<Outcome>> pending = new ConcurrentHashMap<>();
    private final BlockingQueue<Outcome> welcome = new ArrayBlockingQueue<>(1);
    private final BlockingQueue<ByteBuffer> outgoing = new LinkedBlockingQueue<>();
    private final Thread writer;
    private volatile @Nullable DBusException ended;

    private sealed interface Outcome {
        record Answer(Message message) implements Outcome {}

        record Welcome() implements Outcome {}

        record Broken(DBusException why) implements Outcome {}
    }

    /// Connects and says who this is: `EXTERNAL`, the user that the kernel vouches for.
    ///
    /// @param bus whether a bus is at the other end, which gives names, and not a program itself
    /// @param patience with every answer
    /// @param signals called on the thread that reads; must not wait
    public Connection(Path socket, boolean bus, Duration patience, Consumer<Message> signals)
            throws DBusException, InterruptedException {
        this.socket = socket;
        this.patience = patience;
        this.signals = signals;
        this.channel = connect(socket);
        this.writer = Thread.ofVirtual().name("dbus-writer").unstarted(this::write);
        writer.start();
        Thread.ofVirtual().name("dbus-reader").start(this::read);
        try {
            await(welcome, "the greeting of " + socket);
            if (bus) {
                call(new Message.Call(BUS, "/org/freedesktop/DBus", BUS, "Hello", "", null));
            }
        } catch (DBusException | InterruptedException e) {
            close();
            throw e;
        }
    }

    private static SocketChannel connect(Path socket) throws DBusException.Lost {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new DBusException.Lost("cannot connect to " + socket + ": " + e.getMessage(), e);
        }
    }

    /// Asks the bus for signals.
    ///
    /// @param rule as `type='signal',member='JobRemoved'`
    public void match(String rule) throws DBusException, InterruptedException {
        call(new Message.Call(BUS, "/org/freedesktop/DBus", BUS, "AddMatch", "s", new Marshal().text(rule)));
    }

    public boolean open() {
        return ended == null;
    }

    /// Calls and waits for the reply.
    public Message call(Message.Call call) throws DBusException, InterruptedException {
        int serial = serials.incrementAndGet();
        BlockingQueue<Outcome> reply = new ArrayBlockingQueue<>(1);
        pending.put(serial, reply);
        try {
            outgoing.add(ByteBuffer.wrap(call.marshal(serial)));
            Message message = await(reply, call + " on " + socket);
            if (message.type() == Message.Type.ERROR) {
                throw new DBusException.Refused(message.errorName(), message.text());
            }
            return message;
        } finally {
            pending.remove(serial);
        }
    }

    private Message await(BlockingQueue<Outcome> queue, String what) throws DBusException, InterruptedException {
        @Nullable Outcome outcome = queue.poll();
        @Nullable DBusException before = ended;
        if (outcome == null && before != null) {
            throw again(before);
        }
        if (outcome == null) {
            outcome = queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        }
        return switch (outcome) {
            case null -> {
                var late = new DBusException.TimedOut(what, patience);
                end(late);
                throw late;
            }
            case Outcome.Answer(Message message) -> message;
            case Outcome.Welcome _ -> NOTHING;
            case Outcome.Broken(DBusException why) -> throw again(why);
        };
    }

    /// For another thread than the one that it was made on.
    private static DBusException again(DBusException why) {
        return why instanceof DBusException.Garbled
                ? new DBusException.Garbled("no answer: " + why.getMessage(), why)
                : new DBusException.Lost(String.valueOf(why.getMessage()), why);
    }

    /// On a thread that nobody interrupts: an interrupt in the middle of a write closes a channel for everybody.
    private void write() {
        try {
            while (true) {
                ByteBuffer bytes = outgoing.take();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        } catch (IOException e) {
            end(broke(e));
        } catch (InterruptedException _) {
            // the connection has ended
        }
    }

    private DBusException.Lost broke(IOException e) {
        return new DBusException.Lost("the connection to " + socket + " broke: " + e.getMessage(), e);
    }

    private void read() {
        try {
            greet();
            welcome.add(new Outcome.Welcome());
            while (true) {
                byte[] fixed = exactly(Message.FIXED);
                int length = Message.length(fixed);
                byte[] all = Arrays.copyOf(fixed, length);
                fill(ByteBuffer.wrap(all, Message.FIXED, length - Message.FIXED));
                deliver(Message.parse(all));
            }
        } catch (DBusException e) {
            end(e);
        } catch (IOException e) {
            end(broke(e));
        } catch (RuntimeException e) {
            // a value that none of the checks knew
            end(new DBusException.Garbled("what this client cannot read", e));
        }
    }

    /// SASL (D-Bus specification, "Authentication Protocol"): a NUL, then lines.
    private void greet() throws IOException {
        String user = Integer.toString(((Integer) java.nio.file.Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
        var hex = new StringBuilder();
        user.chars().forEach(c -> hex.append(Integer.toHexString(c)));
        outgoing.add(ascii("\0AUTH EXTERNAL " + hex + "\r\n"));
        String answer = line();
        if (!answer.startsWith("OK ")) {
            throw new DBusException.Lost(
                    socket + " does not take this process for user " + user + ": it answered '" + answer + "'");
        }
        outgoing.add(ascii("BEGIN\r\n"));
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        while (line.length() < 512) {
            byte next = exactly(1)[0];
            if (next == '\n') {
                return line.toString().strip();
            }
            line.append((char) (next & 0x7F));
        }
        throw new DBusException.Garbled("a line without an end instead of a greeting");
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = new byte[count];
        fill(ByteBuffer.wrap(bytes));
        return bytes;
    }

    private void fill(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new DBusException.Lost(socket + " closed the connection");
            }
        }
    }

    private void deliver(Message message) {
        switch (message.type()) {
            case REPLY, ERROR -> {
                @Nullable BlockingQueue<Outcome> caller = pending.remove(message.replyTo());
                if (caller != null) {
                    caller.offer(new Outcome.Answer(message));
                }
            }
            case SIGNAL -> signals.accept(message);
            case CALL -> {} // nothing is served here
        }
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void end(DBusException why) {
        if (ended == null) {
            ended = why;
        }
        try {
            channel.close();
        } catch (IOException _) {
            // it is of no use any more
        }
        writer.interrupt();
        welcome.offer(new Outcome.Broken(why));
        // whoever puts himself in from now on sees that it has ended
        pending.values().forEach(caller -> caller.offer(new Outcome.Broken(why)));
    }

    @Override
    public void close() {
        end(new DBusException.Lost("the connection to " + socket + " was closed"));
    }
}
