package io.crij.server.rpc;

import com.google.protobuf.MessageLite;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Sends a list in messages that no client finds too large: bounded by number and by bytes. Every item goes once, an
/// empty list sends nothing.
final class Chunks {
    private static final int MOST_ITEMS = 1_000;
    private static final long MOST_BYTES = 1 << 20;
    /// What the message has beside its items, and each item beside itself.
    private static final int FRAME = 16;

    private final int items;
    private final long bytes;

    /// @param largest answer that may be sent
    static Chunks of(long largest) {
        return new Chunks(MOST_ITEMS, Math.min(MOST_BYTES, largest - FRAME));
    }

    Chunks(int items, long bytes) {
        this.items = items;
        this.bytes = bytes;
    }

    /// Takes the next item only when it is needed: `send` may wait for the client.
    <T extends MessageLite> void send(Stream<T> list, Consumer<List<T>> send) {
        var chunk = new ArrayList<T>();
        long size = 0;
        for (var item : (Iterable<T>) list::iterator) {
            long itemSize = item.getSerializedSize() + FRAME;
            if (!chunk.isEmpty() && (chunk.size() == items || size + itemSize > bytes)) {
                send.accept(chunk);
                chunk.clear();
                size = 0;
            }
            chunk.add(item);
            size += itemSize;
        }
        if (!chunk.isEmpty()) {
            send.accept(chunk);
        }
    }
}
