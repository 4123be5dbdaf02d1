package io.crij.monitor;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Those who are attached to a container. The pump's thread offers them what it has logged; others may come and go at
/// any time.
final class Attachments {
    private final List<Attachment> all = new CopyOnWriteArrayList<>();
    private boolean ended;

    /// False when the container has ended: there is nothing to attach to any more.
    synchronized boolean add(Attachment attachment) {
        return !ended && all.add(attachment);
    }

    void remove(Attachment attachment) {
        all.remove(attachment);
        attachment.close();
    }

    /// Whether everybody has taken what was offered; when not, the pump is woken once that has changed.
    boolean haveTaken(LogStream stream) {
        boolean taken = true;
        for (Attachment attachment : all) {
            taken &= attachment.hasTaken(stream);
        }
        return taken;
    }

    /// Offers the bytes between `from` and `to`. Only after [#haveTaken] said yes.
    void offer(LogStream stream, ByteBuffer raw, int from, int to) {
        for (Attachment attachment : all) {
            attachment.offer(stream, raw.slice(from, to - from));
        }
    }

    /// There will be no more on this stream.
    void end(LogStream stream) {
        all.forEach(attachment -> attachment.end(stream));
    }

    /// The container's standard input is closed.
    void endInput() {
        all.forEach(Attachment::endInput);
    }

    /// The container has ended.
    synchronized void end() {
        ended = true;
        all.forEach(Attachment::end);
    }
}
