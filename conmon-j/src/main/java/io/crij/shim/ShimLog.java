package io.crij.shim;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a shim says of itself: it opens the file `log` in its folder. Protocol and tradition want a named pipe there,
/// which somebody must read for as long as the shim lives; a file keeps the last words of one that has died.
final class ShimLog {
    private static final String FILE = "log";
    private static final int LARGEST = 1 << 20;
    private static final int LAST = 2000;

    private ShimLog() {}

    static void make(Path bundle) throws IOException {
        Files.createFile(bundle.resolve(FILE));
    }

    /// Forgets what was said when that has become much. The shim writes on where it was: what lies before is a hole.
    static void trim(Path bundle) {
        try (Fd log = Fd.open(bundle.resolve(FILE).toString(), FileFlags.O_RDWR)) {
            if (log.stat().blocks() * 512 > LARGEST) {
                log.truncate(0);
            }
        } catch (ErrnoException e) {
            // it goes with the folder
        }
    }

    /// Empty when there are none.
    static String lastWords(Path bundle) {
        try (Fd log = Fd.open(bundle.resolve(FILE).toString(), FileFlags.O_RDONLY)) {
            long size = log.stat().size();
            byte[] end = new byte[(int) Math.min(LAST, size)];
            int got = log.pread(end, 0, end.length, size - end.length);
            return new String(end, 0, Math.max(0, got), StandardCharsets.UTF_8)
                    .replace('\0', ' ')
                    .strip();
        } catch (ErrnoException e) {
            return "";
        }
    }
}
