package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PidfdTest {
    private static int shell(String script) throws ErrnoException {
        return new Spawn("/bin/sh").arguments(List.of("sh", "-c", script)).start();
    }

    @Test
    void aSignalEndsTheProcessAndItsFdBecomesReadable() throws Exception {
        int pid = shell("exec sleep 100");
        try (Pidfd process = new Pidfd(pid);
                Epoll epoll = new Epoll()) {
            assertTrue(process.alive());
            assertEquals(Optional.empty(), process.poll());
            process.send(Signal.TERM);
            epoll.add(process.fd(), Epoll.IN, 1);
            assertEquals(1, epoll.await(Duration.ofSeconds(10), (token, events) -> {}));
            assertFalse(process.alive());
            ChildExit exit = process.await();
            assertEquals(new ChildExit(pid, 0, 15, false), exit);
            assertEquals(143, exit.shellCode());
            assertEquals(
                    Errno.ESRCH,
                    assertThrows(ErrnoException.class, () -> process.send(Signal.KILL))
                            .errno());
        }
    }

    @Test
    void exitCodesAreExact() throws Exception {
        int pid = shell("exit 37");
        try (Pidfd process = new Pidfd(pid)) {
            assertEquals(37, process.await().code());
        }
    }

    @Test
    void theExitIsKnownAfterSomebodyElseReaped() throws Exception {
        assumeTrue(KernelFeatures.probe().pidfdExitInfo(), "kernel older than 6.15");
        int pid = shell("exit 7");
        try (Pidfd process = new Pidfd(pid)) {
            assertEquals(7, ChildExit.await(pid).code());
            assertEquals(Optional.of(new ChildExit(pid, 7, 0, false)), process.exitAfterReaping());
        }
        int killed = shell("exec sleep 100");
        try (Pidfd process = new Pidfd(killed)) {
            assertEquals(Optional.empty(), process.exitAfterReaping());
            process.send(Signal.KILL);
            ChildExit.await(killed);
            assertEquals(Optional.of(new ChildExit(killed, 0, 9, false)), process.exitAfterReaping());
        }
    }

    @Test
    void aDescriptorOfAnotherProcessCanBeTaken() throws Exception {
        assumeTrue(Self.uid() == 0, "needs the right to trace");
        try (Pipe pipe = Pipe.open()) {
            int pid = new Spawn("/bin/sleep")
                    .arguments(List.of("sleep", "100"))
                    .descriptor(7, pipe.writer())
                    .start();
            pipe.writer().close();
            try (Pidfd process = new Pidfd(pid);
                    Fd taken = process.takeDescriptor(7)) {
                taken.write("x".getBytes());
                assertEquals(1, pipe.reader().available());
                process.send(Signal.KILL);
                process.await();
            }
        }
    }

    @Test
    void aPidThatIsNotThereFails() {
        ErrnoException e = assertThrows(ErrnoException.class, () -> new Pidfd(0x3FFFFF));
        assertEquals(Errno.ESRCH, e.errno());
    }

    @Test
    void waitingForAStrangerFails() {
        ErrnoException e = assertThrows(ErrnoException.class, () -> ChildExit.poll(1));
        assertEquals(Errno.ECHILD, e.errno());
    }

    @Test
    void waitStatusesAreDecoded() {
        assertEquals(new ChildExit(5, 3, 0, false), ChildExit.ofWaitStatus(5, 3 << 8));
        assertEquals(new ChildExit(5, 0, 11, true), ChildExit.ofWaitStatus(5, 0x80 | 11));
    }
}
