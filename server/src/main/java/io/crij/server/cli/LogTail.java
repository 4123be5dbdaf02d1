package io.crij.server.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads a CRI log file as it grows, also across rotation: the old file is read to its end before the new one.
/// Used by one thread.
final class LogTail implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final Path file;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private @Nullable FileChannel open;
    private @Nullable Object key;

    LogTail(Path file) {
        this.file = file;
    }

    /// Hands over every complete line that is there and not read yet; a file that does not exist yet has none.
    void drain(Consumer<LogLine> sink) throws IOException {
        do {
            if (open == null && !reopen()) {
                return;
            }
            readToEnd(sink);
        } while (rotated());
    }

    /// Skips all but the last lines, partial ones counted as the whole they belong to.
    void skipToLast(int lines, Consumer<LogLine> sink) throws IOException {
        var kept = new ArrayDeque<LogLine>();
        int[] complete = {0};
        drain(each -> {
            kept.add(each);
            complete[0] += each.partial() ? 0 : 1;
            while (complete[0] > lines && !kept.isEmpty()) {
                complete[0] -= kept.remove().partial() ? 0 : 1;
            }
        });
        kept.forEach(sink);
    }

    private void readToEnd(Consumer<LogLine> sink) throws IOException {
        FileChannel channel = open;
        while (channel != null && channel.read(block.clear()) > 0) {
            block.flip();
            while (block.hasRemaining()) {
                byte b = block.get();
                if (b == '\n') {
                    LogLine.parse(line.toByteArray()).ifPresent(sink);
                    line.reset();
                } else {
                    line.write(b);
                }
            }
        }
    }

    private boolean rotated() throws IOException {
        try {
            if (Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                    .fileKey()
                    .equals(key)) {
                return false;
            }
        } catch (NoSuchFileException e) {
            // renamed away, the new one is not there yet
            return false;
        }
        close();
        return true;
    }

    private boolean reopen() throws IOException {
        try {
            open = FileChannel.open(file);
            key = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                    .fileKey();
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
