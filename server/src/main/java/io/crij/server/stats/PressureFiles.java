package io.crij.server.stats;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import org.jspecify.annotations.Nullable;

/// The pressure files of a cgroup in the version 2 tree, which a hybrid host has too.
///
/// @param files in the order of [#NAMES], null where the kernel has none
@SuppressWarnings("ArrayRecordComponent")
record PressureFiles(@Nullable Fd[] files) {
    static final String[] NAMES = {"cpu.pressure", "memory.pressure", "io.pressure"};

    @Nullable
    Pressure cpu(FileText text) throws ErrnoException {
        return read(text, files[0]);
    }

    @Nullable
    Pressure memory(FileText text) throws ErrnoException {
        return read(text, files[1]);
    }

    @Nullable
    Pressure io(FileText text) throws ErrnoException {
        return read(text, files[2]);
    }

    private static @Nullable Pressure read(FileText text, @Nullable Fd file) throws ErrnoException {
        try {
            text.read(file);
            return text.pressure();
        } catch (ErrnoException e) {
            // the file is there, but the kernel was started with psi=0
            if (e.errno() == Errno.EOPNOTSUPP) {
                return null;
            }
            throw e;
        }
    }
}
