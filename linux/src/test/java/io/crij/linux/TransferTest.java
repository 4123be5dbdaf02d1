package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_CREAT;
import static io.crij.linux.abi.FileFlags.O_RDWR;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferTest {
    @TempDir
    Path folder;

    private Fd file(String name) throws ErrnoException {
        return Fd.open(folder.resolve(name).toString(), O_RDWR | O_CREAT, 0600);
    }

    @Test
    void copyFileRangeCopiesAtOffsets() throws Exception {
        try (Fd in = file("in");
                Fd out = file("out")) {
            in.write("0123456789".getBytes());
            assertEquals(4, Transfer.copyFileRange(in, 3, out, 1, 4));
            assertArrayEquals(new byte[] {0, '3', '4', '5', '6'}, out.readAll(10));
            assertEquals(0, Transfer.copyFileRange(in, 10, out, 0, 4));
        }
    }

    @Test
    void sendfileMovesBothOffsets() throws Exception {
        try (Fd in = file("in");
                Fd out = file("out")) {
            in.write("0123456789".getBytes());
            in.seek(2);
            assertEquals(8, Transfer.sendfile(in, out, 100));
            out.seek(0);
            assertEquals("23456789", new String(out.readAll(10)));
        }
    }

    @Test
    void spliceTakesFromThePipeAndTeeLeaves() throws Exception {
        try (Fd out = file("out");
                Pipe pipe = Pipe.open();
                Pipe copy = Pipe.open()) {
            pipe.writer().write("abc".getBytes());
            assertEquals(3, Transfer.tee(pipe.reader(), copy.writer(), 100, 0));
            assertEquals(3, Transfer.splice(pipe.reader(), out, 100, 0));
            assertEquals(0, pipe.reader().available());
            assertEquals(3, copy.reader().available());
            out.seek(0);
            assertEquals("abc", new String(out.readAll(10)));
        }
    }
}
