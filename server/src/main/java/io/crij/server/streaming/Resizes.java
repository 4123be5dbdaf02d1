package io.crij.server.streaming;

import io.crij.linux.WindowSize;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Sizes of a client's terminal on their way; the last one that came too early is kept.
final class Resizes {
    private final TerminalSizes sizes = new TerminalSizes();
    private @Nullable WindowSize early;
    private @Nullable Consumer<WindowSize> sink;

    synchronized void read(ByteBuf bytes) {
        sizes.read(bytes, this::deliver);
    }

    private void deliver(WindowSize size) {
        if (sink == null) {
            early = size;
        } else {
            sink.accept(size);
        }
    }

    synchronized void to(Consumer<WindowSize> target) {
        sink = target;
        if (early != null) {
            target.accept(early);
        }
    }
}
