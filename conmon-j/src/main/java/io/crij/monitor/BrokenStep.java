package io.crij.monitor;

import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Finishes the step that a killed monitor was in the middle of. The size of the log tells whether its lines were
/// written, in whole, in part or not; its bytes are in the spool.
final class BrokenStep {
    private static final System.Logger LOG = System.getLogger(BrokenStep.class.getName());

    private final PumpJournal journal;

    BrokenStep(PumpJournal journal) {
        this.journal = journal;
    }

    /// @param log the file that is written to from now on; null when output is dropped
    void finish(@Nullable LogFile log, WriteBuffers buffers) throws ErrnoException {
        PumpJournal.Step step = journal.broken();
        if (step == null) {
            return;
        }
        if (step.log().equals(LogFile.Identity.NONE)) {
            journal.commit(step.stream(), step.upTo());
        } else {
            try (Target target = target(step, log)) {
                finish(step, target.file(), buffers);
            }
        }
        journal.settle();
    }

    private void finish(PumpJournal.Step step, @Nullable LogFile file, WriteBuffers buffers) throws ErrnoException {
        long written = file == null ? 0 : file.size() - step.logSize();
        if (file == null || written <= 0) {
            // nothing of it is in a log that exists: the pump makes the step again
            return;
        }
        if (written < step.length()) {
            complete(step, file, (int) written, buffers);
        }
        journal.commit(step.stream(), step.upTo());
    }

    /// The write was cut short: makes the same lines again, with the same time, and appends what is missing.
    private void complete(PumpJournal.Step step, LogFile file, int written, WriteBuffers buffers)
            throws ErrnoException {
        long from = journal.logged(step.stream());
        int end = (int) (step.upTo() - from);
        ByteBuffer raw = buffers.raw;
        ByteBuffer out = buffers.out;
        raw.clear().limit(end);
        journal.spool(step.stream()).read(from, raw);
        raw.clear();
        out.clear();
        buffers.format.begin(step.at(), step.stream());
        if (step.rest()) {
            buffers.format.formatRest(raw, 0, end, out);
        } else {
            int stop = buffers.format.format(raw, 0, end, out);
            if (stop < end) {
                buffers.format.formatPiece(raw, stop, end, out);
            }
        }
        out.flip().position(written);
        file.write(out);
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
