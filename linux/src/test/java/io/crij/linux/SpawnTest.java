package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpawnTest {
    private static String outputOf(Spawn spawn) throws Exception {
        try (Pipe out = Pipe.open()) {
            int pid = spawn.descriptor(1, out.writer()).start();
            out.writer().close();
            String text = new String(out.reader().readAll(1 << 20));
            assertEquals(0, ChildExit.await(pid).shellCode());
            return text;
        }
    }

    private static Spawn shell(String script) {
        return new Spawn("/bin/sh").arguments(List.of("sh", "-c", script));
    }

    @Test
    void givesArgumentsAndEnvironmentAndNothingElse() throws Exception {
        assertEquals("A=1\nB=zwei\n", outputOf(new Spawn("/usr/bin/env").environment(List.of("A=1", "B=zwei"))));
        assertEquals("", outputOf(new Spawn("/usr/bin/env")));
        assertEquals("x y|", outputOf(new Spawn("/usr/bin/printf").arguments(List.of("printf", "%s|", "x y"))));
    }

    @Test
    void theChildHasOnlyTheGivenDescriptors() throws Exception {
        try (Fd null0 = Fd.open("/dev/null", O_RDONLY);
                Fd other = Fd.open("/dev/null", O_RDONLY)) {
            assertFalse(other.isClosed());
            String listed = outputOf(new Spawn("/bin/ls")
                    .arguments(List.of("ls", "-1", "/proc/self/fd"))
                    .descriptor(0, null0)
                    .descriptor(2, null0)
                    .descriptor(5, null0));
            assertEquals(List.of("0", "1", "2", "3", "5"), listed.lines().toList(), "3 is the listed folder");
        }
    }

    @Test
    void descriptorsThatAreInEachOthersWayAreMoved() throws Exception {
        try (Pipe one = Pipe.open();
                Pipe two = Pipe.open()) {
            int a = one.writer().number();
            int b = two.writer().number();
            int pid = shell("echo one >/proc/self/fd/" + b + "; echo two >/proc/self/fd/" + a)
                    .descriptor(b, one.writer())
                    .descriptor(a, two.writer())
                    .start();
            one.writer().close();
            two.writer().close();
            assertEquals("one\n", new String(one.reader().readAll(10)));
            assertEquals("two\n", new String(two.reader().readAll(10)));
            assertEquals(0, ChildExit.await(pid).shellCode());
        }
    }

    @Test
    void aDescriptorMayKeepItsOwnNumber() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            int number = pipe.writer().number();
            int pid = shell("echo hi >/proc/self/fd/" + number)
                    .descriptor(number, pipe.writer())
                    .start();
            pipe.writer().close();
            assertEquals("hi\n", new String(pipe.reader().readAll(10)));
            ChildExit.await(pid);
        }
    }

    @Test
    void signalsAreAtTheirDefaultsAndNoneIsBlocked() throws Exception {
        String status = outputOf(new Spawn("/bin/cat").arguments(List.of("cat", "/proc/self/status")));
        assertTrue(status.contains("SigBlk:\t0000000000000000"), status);
        assertTrue(status.contains("SigIgn:\t0000000000000000"), status);
    }

    @Test
    void aNewSessionHasItsLeader() throws Exception {
        try (Pipe out = Pipe.open()) {
            int pid = new Spawn("/bin/cat")
                    .arguments(List.of("cat", "/proc/self/stat"))
                    .descriptor(1, out.writer())
                    .newSession()
                    .start();
            out.writer().close();
            String[] stat = new String(out.reader().readAll(4096)).split(" ");
            assertEquals(Integer.toString(pid), stat[5]);
            ChildExit.await(pid);
        }
    }

    @Test
    void aMissingProgramIsAnErrorAtOnce() {
        ErrnoException e = assertThrows(ErrnoException.class, () -> new Spawn("/no/such").start());
        assertEquals(Errno.ENOENT, e.errno());
        assertEquals("posix_spawn /no/such: ENOENT (no such file or directory)", e.getMessage());
    }

    @Test
    void manyLongArgumentsFit() throws Exception {
        String[] many = new String[500];
        java.util.Arrays.fill(many, "x".repeat(1000));
        Spawn spawn = new Spawn("/bin/sh").arguments(concat(List.of("sh", "-c", "echo $#", "sh"), many));
        assertEquals("500\n", outputOf(spawn));
    }

    private static List<String> concat(List<String> first, String[] rest) {
        List<String> all = new java.util.ArrayList<>(first);
        all.addAll(List.of(rest));
        return all;
    }
}
