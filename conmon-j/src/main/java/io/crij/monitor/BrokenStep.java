package io.crij.monitor;

import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finishes the step that a killed monitor was in the middle of.
///
/// The size of the log tells whether its lines were written, in whole, in part or not; the head of the pipe, compared
/// by checksum, whether its bytes were taken. The head can be equal without being the same only when the container
/// printed the very same bytes again and the monitor was killed between taking them and noting so.
final class BrokenStep {
    private static final System.Logger LOG = System.getLogger(BrokenStep.class.getName());

    private final PumpJournal journal;
    private final List<OutputSource> sources;

    BrokenStep(PumpJournal journal, List<OutputSource> sources) {
        this.journal = journal;
        this.sources = sources;
    }

    /// @param log the file that is written to from now on; null when output is dropped
    void finish(@Nullable LogFile log, WriteBuffers buffers) throws ErrnoException {
        PumpJournal.Step step = journal.broken();
        if (step == null) {
            return;
        }
        try (Target target = target(step, log)) {
            finish(step, target, buffers);
        }
    }

    private void finish(PumpJournal.Step step, Target target, WriteBuffers buffers) throws ErrnoException {
        LogFile file = target.file();
        long written = file == null ? step.logged() : file.size() - step.logSize();
        boolean waits = peek(step, buffers);
        boolean nothingLost = waits || step.taken() == 0 && step.logged() > 0;
        if (nothingLost && written <= 0) {
            journal.abandon();
            return;
        }
        if (file != null && written > 0 && written < step.logged()) {
            complete(step, file, (int) written, waits, buffers);
        }
        if (waits && step.taken() > 0) {
            int carry = journal.carryLength(step.stream());
            source(step.stream()).take(buffers.raw, carry, carry + step.taken());
        }
        journal.commit(step.stream(), step.carry());
    }

    /// Whether the step's bytes are still in the pipe; then they are in `buffers.raw` behind the carry.
    private boolean peek(PumpJournal.Step step, WriteBuffers buffers) throws ErrnoException {
        ByteBuffer raw = buffers.raw;
        raw.clear();
        int carry = journal.carryLength(step.stream());
        if (carry > 0) {
            journal.readCarry(step.stream(), buffers.carry);
            raw.put(0, buffers.carry, 0, carry);
        }
        OutputSource source = source(step.stream());
        if (step.taken() == 0) {
            // the end of a stream, or a terminal: nothing is taken off a pipe, the log alone decides
            return source.peekable();
        }
        raw.limit(carry + step.taken()).position(carry);
        int peeked = source.peek(buffers).orElse(0);
        raw.clear();
        return peeked == step.taken() && LogAppender.checksum(raw, carry, carry + peeked) == step.checksum();
    }

    /// The write was cut short: makes the same lines again, with the same time, and appends what is missing.
    private void complete(PumpJournal.Step step, LogFile file, int written, boolean waits, WriteBuffers buffers)
            throws ErrnoException {
        ByteBuffer out = buffers.out;
        out.clear();
        if (waits) {
            int end = journal.carryLength(step.stream()) + step.taken() - step.carry();
            buffers.format.begin(step.at(), step.stream());
            if (step.taken() == 0) {
                buffers.format.formatRest(buffers.raw, 0, end, out);
            } else {
                int stop = buffers.format.format(buffers.raw, 0, end, out);
                if (stop < end) {
                    buffers.format.formatPiece(buffers.raw, stop, end, out);
                }
            }
        }
        if (out.position() == step.logged()) {
            out.flip().position(written);
        } else {
            // the lines cannot be made again: at least the next record begins on a line of its own
            out.clear().put((byte) '\n').flip();
        }
        file.write(out);
    }

    private OutputSource source(LogStream stream) {
        return sources.stream()
                .filter(s -> s.stream() == stream)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the journal names " + stream + ", which is not there"));
    }

    /// The file that the step wrote to.
    private record Target(@Nullable LogFile file, boolean ours) implements AutoCloseable {
        @Override
        public void close() {
            if (ours && file != null) {
                file.close();
            }
        }
    }

    /// Usually the open log; when it was rotated meanwhile, the file beside it that has the same identity.
    private static Target target(PumpJournal.Step step, @Nullable LogFile log) {
        if (log == null || log.identity().equals(step.log())) {
            return new Target(log, false);
        }
        Path folder = log.path().toAbsolutePath().getParent();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (LogFile.Identity.of(At.stat(Fd.CWD, file.toString())).equals(step.log())) {
                    return new Target(LogFile.openExisting(file), true);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "looking for the rotated log of " + log.path() + " failed", e);
        }
        return new Target(null, false);
    }
}
