package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.ErrnoException;
import io.crij.linux.Pipe;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutputSourceTest {
    private static final int ROUNDS = 3000;
    private static final byte[] BYTE = {'x'};

    /// The pump runs on another thread, and may have emptied the pipe before the watch is known here.
    @Test
    void outputThatIsThereAtOnceDoesNotHideWhatComesLater() throws Exception {
        try (var readiness = new Readiness()) {
            for (int i = 0; i < ROUNDS; i++) {
                try (var pipe = Pipe.open()) {
                    pipe.writer().write(BYTE);
                    var source = new OutputSource(pipe.reader(), LogStream.STDOUT, false);
                    var looks = new Semaphore(0);
                    source.watch(readiness, () -> look(pipe, source, looks));
                    assertTrue(looks.tryAcquire(10, TimeUnit.SECONDS), "the first output was not told, round " + i);
                    pipe.writer().write(BYTE);
                    assertTrue(looks.tryAcquire(10, TimeUnit.SECONDS), "the second output was not told, round " + i);
                    source.unwatch();
                }
            }
        }
    }

    private static void look(Pipe pipe, OutputSource source, Semaphore looks) {
        try {
            pipe.reader().read(new byte[1]);
            source.quiet();
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        } finally {
            looks.release();
        }
    }
}
