package io.crij.server.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/// Our standard output with a memory of the first write that failed. `System.out` swallows failures, and a command
/// whose
/// output was lost (a full disk, a reader that has gone) has not done what it was asked for.
///
/// Never closed: a JVM that closes its standard output loses what is printed after.
final class Output extends FilterOutputStream {
    private static final int BLOCK = 1 << 16;

    private volatile @Nullable IOException failure;

    Output(OutputStream target) {
        super(target);
    }

    /// For what is written as bytes and in quantity; failures are thrown.
    static OutputStream bytes() {
        return new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BLOCK);
    }

    /// Puts itself under `System.out`.
    static Output install() {
        var output = new Output(new FileOutputStream(FileDescriptor.out));
        System.setOut(new PrintStream(new BufferedOutputStream(output), false, System.out.charset()));
        return output;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            if (failure == null) {
                failure = e;
            }
            throw e;
        }
    }

    /// The exit code of a command that came to `code`, which may have printed through this.
    int exitCode(int code, PrintWriter err) {
        System.out.flush();
        var lost = failure;
        if (lost == null) {
            return code;
        }
        var known = lost(lost);
        Failures.print(known, err);
        return known.exitCode();
    }

    /// What a write to a standard stream that failed means for a command.
    static CliException lost(IOException e) {
        return "Broken pipe".equals(e.getMessage())
                ? new CliException(ExitCode.NO_READER, "nobody reads the output any more", e)
                : new CliException(ExitCode.FAILED, "Tried to write the output but " + e.getMessage(), e);
    }
}
