package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemfdTest {
    @Test
    void aSealedFileCannotChange() throws Exception {
        try (Fd fd = Memfd.sealed("data", "abc".getBytes())) {
            fd.seek(0);
            assertEquals(
                    Errno.EPERM,
                    assertThrows(ErrnoException.class, () -> fd.write("x".getBytes()))
                            .errno());
            assertThrows(ErrnoException.class, () -> fd.truncate(1));
            assertEquals("abc", new String(fd.readAll(10)));
            int all = Memfd.SEAL_SEAL | Memfd.SEAL_WRITE | Memfd.SEAL_GROW | Memfd.SEAL_SHRINK;
            assertEquals(all, Memfd.seals(fd) & all);
        }
    }

    @Test
    void anExecutableOneRuns() throws Exception {
        assumeTrue(KernelFeatures.probe().memfdNoexec() < 2, "vm.memfd_noexec forbids executable memfds");
        try (Fd program = Memfd.createExecutable("true")) {
            program.write(Files.readAllBytes(Path.of("/bin/true")));
            Memfd.seal(program);
            int pid = new Spawn(program).arguments(List.of("true")).start();
            assertEquals(new ChildExit(pid, 0, 0, false), ChildExit.await(pid));
        }
    }
}
