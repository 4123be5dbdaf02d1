package io.crij.monitor;

import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.NativeBytes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Finishes the step that a killed monitor was in the middle of. When some of its bytes are missing in the backlog,
/// its lines are in the log; otherwise the size of the log tells whether they were written, in whole, in part or not
/// at all.
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
        Backlog backlog = journal.backlog(step.stream());
        if (backlog.removing(step.cut()) || isLogged(step, log, buffers)) {
            backlog.remove(step.cut(), buffers.head);
        }
        journal.settle();
    }

    /// False when nothing of it is in a log that exists: the pump makes the step again.
    private boolean isLogged(PumpJournal.Step step, @Nullable LogFile log, WriteBuffers buffers) throws ErrnoException {
        if (step.log().equals(LogFile.Identity.NONE)) {
            return true;
        }
        try (Target target = target(step, log)) {
            LogFile file = target.file();
            long written = file == null ? 0 : file.size() - step.logSize();
            if (file == null || written <= 0) {
                return false;
            }
            if (written < step.length()) {
                complete(step, file, (int) written, buffers);
            }
            return true;
        }
    }

    /// The write was cut short: makes the same lines again, with the same time, and appends what is missing.
    private void complete(PumpJournal.Step step, LogFile file, int written, WriteBuffers buffers)
            throws ErrnoException {
        Backlog backlog = journal.backlog(step.stream());
        int end = Math.min(backlog.length(step.cut()), backlog.load(buffers));
        NativeBytes raw = buffers.bytes;
        Records out = buffers.out;
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
        // less than was written: pages that a container gave to its pipe can be changed by it for ever
        if (out.remaining() > written) {
            out.skip(written);
            file.write(out);
        }
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
