package io.crij.server.streaming;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// The client's end of one forwarded connection. Calls block; buffers given are taken over.
interface PortClient {
    /// What is for the port, the caller's to release; null when the client has no more.
    @Nullable
    ByteBuf input() throws InterruptedException;

    /// What still comes for the port is dropped.
    void refuseInput();

    void output(ByteBuf bytes) throws ClientGone, InterruptedException;

    /// The port sends nothing more.
    void endOutput() throws ClientGone, InterruptedException;

    /// The port could not be reached. Clients take this as a failure of the whole session, so a connection that breaks
    /// later is not reported here (kubernetes#74551).
    void fail(String message) throws ClientGone, InterruptedException;

    /// Called once when the client breaks this connection off, or has gone. Must not block.
    void onBroken(Runnable action);

    /// This connection is over.
    void finish() throws ClientGone, InterruptedException;

    Link link();
}
