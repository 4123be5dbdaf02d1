package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void namesAndWordsAreComplete() {
        assertEquals("ENOENT (no such file or directory)", Errno.describe(2));
        assertEquals("EOPNOTSUPP (operation not supported)", Errno.describe(95));
        assertEquals("EHWPOISON (memory page has hardware error)", Errno.describe(133));
        assertEquals("errno 4000", Errno.describe(4000));
    }

    @Test
    void virtualThreadsThatParkBetweenCallsNeverSeeAnothersErrorNumber() throws Exception {
        String[] paths = {"/no/such", "/dev/null", "/proc/self/mem/x"};
        int[] expected = {Errno.ENOENT, Errno.ENOTDIR, Errno.ENOTDIR};
        List<Future<?>> tasks = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 300; i++) {
                int mine = i % paths.length;
                tasks.add(executor.submit(() -> {
                    for (int round = 0; round < 60; round++) {
                        assertEquals(expected[mine], errnoOfOpening(paths[mine]));
                        Thread.yield();
                        if (round % 20 == 0) {
                            Thread.sleep(1);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> task : tasks) {
                task.get();
            }
        }
    }

    private static int errnoOfOpening(String path) {
        try (Fd fd = Fd.open(path, O_RDONLY | O_DIRECTORY)) {
            return 0;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }
}
