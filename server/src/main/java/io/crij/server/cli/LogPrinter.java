package io.crij.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Prints log lines as the container wrote them: its stdout to ours, its stderr to ours, pieces joined again. A stream
/// that takes them no more is a [CliException].
final class LogPrinter implements Consumer<LogLine> {
    private final OutputStream out;
    private final OutputStream err;
    private final boolean timestamps;
    private boolean outInLine;
    private boolean errInLine;

    LogPrinter(OutputStream out, OutputStream err, boolean timestamps) {
        this.out = out;
        this.err = err;
        this.timestamps = timestamps;
    }

    @Override
    public void accept(LogLine line) {
        var stream = line.stderr() ? err : out;
        boolean inLine = line.stderr() ? errInLine : outInLine;
        try {
            if (timestamps && !inLine) {
                stream.write((line.time() + " ").getBytes(StandardCharsets.US_ASCII));
            }
            stream.write(line.text());
            if (!line.partial()) {
                stream.write('\n');
            }
        } catch (IOException e) {
            throw Output.lost(e);
        }
        if (line.stderr()) {
            errInLine = line.partial();
        } else {
            outInLine = line.partial();
        }
    }

    void flush() {
        try {
            out.flush();
            err.flush();
        } catch (IOException e) {
            throw Output.lost(e);
        }
    }
}
