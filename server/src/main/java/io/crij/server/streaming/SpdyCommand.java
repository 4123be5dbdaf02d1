package io.crij.server.streaming;

import io.crij.linux.WindowSize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The client of an exec or attach over SPDY: a stream each for what it wants, and one for the outcome.
final class SpdyCommand implements CommandClient, SpdyConnection.Receiver {
    private static final Duration OPENING = Duration.ofSeconds(30);

    private final Link link;
    private final int version;
    private final StreamRequest.Wants wants;
    private final Map<Role, SpdyConnection.Stream> streams = new EnumMap<>(Role.class);
    private final CountDownLatch missing;
    private final Resizes resizes = new Resizes();
    private final SpdyConnection connection;

    /// Values of the header `streamtype`.
    private enum Role {
        ERROR,
        STDIN,
        STDOUT,
        STDERR,
        RESIZE
    }

    /// @param version 1 to 4; sizes come from 3 on, a `metav1.Status` from 4 on
    SpdyCommand(Link link, int version, StreamRequest.Wants wants) {
        this.link = link;
        this.version = version;
        this.wants = wants;
        int count = 0;
        for (var role : Role.values()) {
            count += expected(role) ? 1 : 0;
        }
        missing = new CountDownLatch(count);
        connection = new SpdyConnection(link, this);
    }

    private boolean expected(Role role) {
        return switch (role) {
            case ERROR -> true;
            case STDIN -> wants.stdin();
            case STDOUT -> wants.stdout();
            case STDERR -> wants.stderr();
            case RESIZE -> wants.tty() && version >= 3;
        };
    }

    SpdyConnection handler() {
        return connection;
    }

    @Override
    public boolean opened(SpdyConnection.Stream stream, SpdyConnection.Headers headers) {
        var role = headers.get("streamtype").flatMap(SpdyCommand::role);
        if (role.isEmpty() || !expected(role.get())) {
            link.complain("a stream of type \"" + headers.get("streamtype").orElse("") + "\" is refused");
            return false;
        }
        synchronized (streams) {
            if (streams.putIfAbsent(role.get(), stream) != null) {
                link.complain("a second stream of type " + role.get() + " is refused");
                return false;
            }
        }
        if (role.get() == Role.RESIZE) {
            Thread.ofVirtual().name("resizes").start(() -> readResizes(stream.inbox()));
        }
        missing.countDown();
        return true;
    }

    private static Optional<Role> role(String type) {
        try {
            return Optional.of(Role.valueOf(type.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void readResizes(Inbox inbox) {
        try {
            for (ByteBuf bytes = inbox.take(); bytes != null; bytes = inbox.take()) {
                resizes.read(bytes);
                bytes.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for all streams. False: they did not come.
    boolean awaitStreams() throws InterruptedException {
        link.onGone(() -> {
            while (missing.getCount() > 0) {
                missing.countDown();
            }
        });
        boolean all = missing.await(OPENING.toMillis(), TimeUnit.MILLISECONDS);
        synchronized (streams) {
            return all && streams.containsKey(Role.ERROR) && link.channel().isActive();
        }
    }

    private SpdyConnection.@Nullable Stream stream(Role role) {
        synchronized (streams) {
            return streams.get(role);
        }
    }

    @Override
    public @Nullable ByteBuf input() throws InterruptedException {
        var stream = stream(Role.STDIN);
        return stream == null ? null : stream.inbox().take();
    }

    @Override
    public void refuseInput() {
        var stream = stream(Role.STDIN);
        if (stream != null) {
            stream.inbox().close();
        }
    }

    @Override
    public void output(Stream stream, ByteBuf bytes) throws ClientGone, InterruptedException {
        var target = stream(
                switch (stream) {
                    case STDOUT -> Role.STDOUT;
                    case STDERR -> Role.STDERR;
                });
        if (target == null) {
            bytes.release();
        } else {
            target.send(bytes);
        }
    }

    @Override
    public void onResize(Consumer<WindowSize> sink) {
        resizes.to(sink);
    }

    @Override
    public void finish(Outcome outcome) throws ClientGone, InterruptedException {
        var words = version >= 4 ? outcome.status() : outcome.plain().orElse("");
        for (var role : Role.values()) {
            var stream = stream(role);
            if (stream == null) {
                continue;
            }
            if (role == Role.ERROR && !words.isEmpty()) {
                stream.send(Unpooled.copiedBuffer(words, StandardCharsets.UTF_8));
            }
            stream.finish();
        }
        connection.finish();
    }

    @Override
    public Link link() {
        return link;
    }
}
