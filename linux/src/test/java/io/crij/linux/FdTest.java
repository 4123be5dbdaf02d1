package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_CREAT;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.O_RDWR;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdTest {
    @TempDir
    Path folder;

    private Fd file(String name) throws ErrnoException {
        return Fd.open(folder.resolve(name).toString(), O_RDWR | O_CREAT, 0600);
    }

    @Test
    void writesAndReadsMoreThanTheNativeMemoryHolds() throws Exception {
        byte[] data = new byte[200_000];
        new Random(1).nextBytes(data);
        try (Fd fd = file("big")) {
            fd.write(data);
            fd.seek(0);
            assertArrayEquals(data, fd.readAll(data.length));
        }
    }

    @Test
    void readAllRefusesMoreThanItsLimit() throws Exception {
        try (Fd fd = file("big")) {
            fd.write(new byte[1001]);
            fd.seek(0);
            ErrnoException e = assertThrows(ErrnoException.class, () -> fd.readAll(1000));
            assertEquals(Errno.EFBIG, e.errno());
        }
    }

    @Test
    void positionedCallsLeaveTheOffset() throws Exception {
        try (Fd fd = file("f")) {
            fd.pwrite("abcdef".getBytes(), 0, 6, 2);
            byte[] two = new byte[2];
            assertEquals(2, fd.pread(two, 0, 2, 4));
            assertArrayEquals("cd".getBytes(), two);
            assertEquals(8, fd.readAll(100).length);
        }
    }

    @Test
    void directBuffersMoveTheirPosition() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            ByteBuffer out = ByteBuffer.allocateDirect(16);
            out.put("..hello".getBytes()).flip().position(2);
            assertEquals(5, pipe.writer().write(out));
            assertEquals(0, out.remaining());
            ByteBuffer in = ByteBuffer.allocateDirect(16).position(3);
            assertEquals(5, pipe.reader().read(in));
            assertEquals(8, in.position());
            assertEquals('h', in.get(3));
        }
    }

    @Test
    void aHeapBufferIsRefused() throws Exception {
        try (Fd fd = file("f")) {
            assertThrows(IllegalArgumentException.class, () -> fd.read(ByteBuffer.allocate(1)));
        }
    }

    @Test
    void nonBlockingReadsSayWhenThereIsNothing() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            pipe.reader().nonBlocking(true);
            ByteBuffer in = ByteBuffer.allocateDirect(16);
            assertEquals(Optional.empty(), pipe.reader().tryRead(in));
            pipe.writer().close();
            assertEquals(Optional.of(0), pipe.reader().tryRead(in));
        }
    }

    @Test
    void nonBlockingWritesStopWhenThePipeIsFull() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            pipe.writer().nonBlocking(true);
            int capacity = pipe.writer().pipeCapacity(8192);
            ByteBuffer out = ByteBuffer.allocateDirect(3 * capacity);
            assertEquals(capacity, pipe.writer().tryWrite(out));
            assertEquals(0, pipe.writer().tryWrite(out));
            assertEquals(capacity, pipe.reader().available());
        }
    }

    @Test
    void everythingIsCloseOnExec() throws Exception {
        try (Fd fd = file("f");
                Fd dup = fd.dup()) {
            for (Fd each : new Fd[] {fd, dup}) {
                String info = Files.readString(Path.of("/proc/self/fdinfo/" + each.number()));
                assertTrue(info.lines().anyMatch(line -> line.matches("flags:\\s+02\\d{6}")), info);
            }
        }
    }

    @Test
    void closeIsIdempotentAndLaterUseFails() throws Exception {
        Fd fd = file("f");
        Path link = Path.of("/proc/self/fd/" + fd.number());
        assertTrue(Files.isSymbolicLink(link));
        fd.close();
        assertTrue(fd.isClosed());
        try (Fd next = Fd.open("/dev/null", O_RDONLY)) {
            assertEquals(fd.number(), next.number(), "the kernel gives the lowest free number");
            fd.close();
            assertFalse(next.isClosed());
            assertEquals(0, next.read(new byte[1]));
            assertEquals(
                    Errno.EBADF,
                    assertThrows(ErrnoException.class, () -> fd.read(new byte[1]))
                            .errno());
        }
    }

    @Test
    void theNumberStaysTakenUntilARunningCallEnds() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            Thread reader = Thread.ofPlatform().start(() -> {
                try {
                    pipe.reader().read(new byte[1]);
                } catch (ErrnoException e) {
                    throw new AssertionError(e);
                }
            });
            Path wchan = Path.of("/proc/self/fd/" + pipe.reader().number());
            while (reader.getState() == Thread.State.NEW) {
                Thread.onSpinWait();
            }
            Thread.sleep(50);
            pipe.reader().close();
            assertTrue(Files.isSymbolicLink(wchan), "still open inside the call");
            pipe.writer().write(new byte[1]);
            reader.join();
            assertFalse(Files.isSymbolicLink(wchan));
        }
    }

    @Test
    void holesAreFound() throws Exception {
        try (Fd fd = file("sparse")) {
            fd.pwrite(new byte[4096], 0, 4096, 1 << 20);
            fd.truncate(4 << 20);
            assertEquals(OptionalLong.of(1 << 20), fd.nextData(0));
            assertEquals(OptionalLong.of((1 << 20) + 4096), fd.nextHole(1 << 20));
            assertEquals(OptionalLong.empty(), fd.nextData(2 << 20));
        }
    }

    @Test
    void aSecondOpenFileCannotTakeTheLock() throws Exception {
        try (Fd one = file("lock");
                Fd two = file("lock")) {
            assertTrue(one.tryLock());
            assertFalse(two.tryLock());
            one.close();
            assertTrue(two.tryLock());
        }
    }

    @Test
    void streamsEndAndCloseTheDescriptor() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            try (var out = pipe.writer().asOutputStream()) {
                out.write('x');
                out.write("yz".getBytes());
            }
            assertTrue(pipe.writer().isClosed());
            try (var in = pipe.reader().asInputStream()) {
                assertEquals('x', in.read());
                assertArrayEquals("yz".getBytes(), in.readAllBytes());
                assertEquals(-1, in.read());
            }
            assertTrue(pipe.reader().isClosed());
        }
    }

    @Test
    void allocateReservesBlocks() throws Exception {
        try (Fd fd = file("a")) {
            fd.allocate(0, 0, 65536);
            assertEquals(65536, fd.stat().size());
            assertTrue(fd.stat().blocks() >= 128);
            fd.fsync();
            fd.fdatasync();
        }
    }
}
