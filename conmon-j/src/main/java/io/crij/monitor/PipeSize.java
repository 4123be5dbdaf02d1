package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;

/// Larger pipes for those who are busy: they are woken less often. Not being allowed to is fine.
final class PipeSize {
    private static final System.Logger LOG = System.getLogger(PipeSize.class.getName());

    private PipeSize() {}

    static void grow(Fd pipe, int bytes) {
        try {
            if (pipe.pipeCapacity() < bytes) {
                pipe.pipeCapacity(bytes);
            }
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "a pipe keeps its size: " + e.getMessage());
        }
    }
}
