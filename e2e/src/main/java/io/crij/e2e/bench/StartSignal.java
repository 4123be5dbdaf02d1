package io.crij.e2e.bench;

import io.crij.e2e.Shell;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Lets containers begin at the same moment: each reads one line of a FIFO first.
final class StartSignal implements AutoCloseable {
    static final String NAME = "go";

    private final Path folder;
    private final FileChannel fifo;

    /// @param folder that the containers see
    StartSignal(Path folder) throws IOException {
        this.folder = folder;
        var path = folder.resolve(NAME);
        Shell.must("mkfifo", path.toString());
        // for reading too, so that neither end waits for the other to be opened
        fifo = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    Path folder() {
        return folder;
    }

    /// For so many, whether they wait already or come later.
    void give(int containers) throws IOException {
        var lines = ByteBuffer.wrap("\n".repeat(containers).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        while (lines.hasRemaining()) {
            fifo.write(lines);
        }
    }

    @Override
    public void close() throws IOException {
        fifo.close();
    }
}
