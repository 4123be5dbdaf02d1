package io.crij.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/// How the store writes its small files: whole or not at all.
final class StoreFiles {
    static final ObjectMapper JSON = new ObjectMapper();

    private StoreFiles() {}

    /// Writes beside and renames. Survives a killed process; a power cut only with `durable`, else the file is
    /// then the
    /// old one, the new one, or unreadable.
    static void write(Path file, byte[] bytes, boolean durable) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + "."
                + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                if (durable) {
                    channel.force(true);
                }
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /// Reads a file of ours. Its type refuses what is missing, so that a torn or edited one is an [IOException] and
    /// never
    /// keeps the store from opening.
    static <T extends Record> T read(Path file, Class<T> type) throws IOException {
        T read = JSON.readValue(Files.readAllBytes(file), type);
        if (read == null) {
            throw new IOException("it holds nothing");
        }
        return read;
    }

    /// A failure of the store's disk in the words of the package.
    static ImageException failed(Path where, String what, IOException cause) {
        boolean full = cause instanceof ErrnoException e
                ? e.errno() == Errno.ENOSPC || e.errno() == Errno.EDQUOT
                : String.valueOf(cause.getMessage()).matches("(?s).*(No space left on device|quota exceeded).*");
        return full
                ? new ImageException.NoSpace(where, what, cause)
                : new ImageException.StoreFailed(where, what, cause);
    }
}
