package io.crij.server.streaming;

import io.crij.linux.WindowSize;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The client of an exec or attach, whatever it speaks. Calls block; buffers given are taken over.
interface CommandClient {
    /// Output streams.
    enum Stream {
        STDOUT,
        STDERR
    }

    /// What the client typed, the caller's to release; null at the end.
    @Nullable
    ByteBuf input() throws InterruptedException;

    /// Nobody takes input any more: what comes is dropped.
    void refuseInput();

    void output(Stream stream, ByteBuf bytes) throws ClientGone, InterruptedException;

    /// Gets every size of the client's terminal, the last one known at once. Must not block.
    void onResize(Consumer<WindowSize> sink);

    /// Tells the end and lets the client go.
    void finish(Outcome outcome) throws ClientGone, InterruptedException;

    Link link();
}
