package io.crij.oci.command;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Memfd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.Stdio;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Takes what a verb prints, however much: files in memory, which never fill up as a pipe does that nobody reads
/// before the verb has ended.
final class RuntimeOutput implements AutoCloseable {
    private static final int MOST = 16 << 20;

    private final Fd nothing;
    private final Fd out;
    private final Fd err;

    RuntimeOutput() throws ErrnoException {
        Fd in = Fd.open("/dev/null", FileFlags.O_RDONLY);
        Fd first = null;
        try {
            first = Memfd.create("crij-stdout");
            err = Memfd.create("crij-stderr");
        } catch (ErrnoException e) {
            in.close();
            if (first != null) {
                first.close();
            }
            throw e;
        }
        nothing = in;
        out = first;
    }

    Stdio stdio() {
        return new Stdio.Given(nothing, out, err);
    }

    /// All of the standard output.
    ///
    /// @throws ErrnoException `EFBIG` when it is more than 16 MiB
    String stdout() throws ErrnoException {
        if (out.pread(new byte[1], 0, 1, MOST) > 0) {
            throw new ErrnoException("read", Errno.EFBIG, "what it printed (more than " + MOST + " bytes)");
        }
        return beginning(out, MOST);
    }

    /// The beginning of what it complained of: of the standard error, or when that is empty, of the standard output.
    ///
    /// @param most bytes
    String complaint(int most) throws ErrnoException {
        String said = beginning(err, most);
        return said.isBlank() ? beginning(out, most) : said;
    }

    private static String beginning(Fd file, int most) throws ErrnoException {
        byte[] bytes = new byte[Math.min(most, 1 << 14)];
        int size = 0;
        while (true) {
            // at a place of its own: the verb writes where the file's position is
            int got = file.pread(bytes, size, bytes.length - size, size);
            size += got;
            if (got == 0 || size == most) {
                return new String(bytes, 0, size, StandardCharsets.UTF_8);
            }
            if (size == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(most, size * 2));
            }
        }
    }

    @Override
    public void close() {
        nothing.close();
        out.close();
        err.close();
    }
}
