package io.crij.oci.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.ChildExit;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitTest {
    private static final int REPORT = 3;
    private static final int PROGRAM = 4;

    @TempDir
    Path folder;

    /// What a program wrote to its report descriptor, and how it ended.
    private record Outcome(byte[] report, ChildExit exit) {
        int number(int index) {
            return ByteBuffer.wrap(report).order(ByteOrder.LITTLE_ENDIAN).getInt(4 * index);
        }
    }

    private Outcome run(Program program) throws Exception {
        try (var init = new Init(folder);
                Pipe report = Pipe.open()) {
            int pid = init.start(program, "test", Map.of(REPORT, report.writer()), PROGRAM);
            report.writer().close();
            byte[] said = report.reader().readAll(100);
            return new Outcome(said, ChildExit.await(pid));
        }
    }

    private static ProgramBuilder builder() {
        return new ProgramBuilder(Arch.host(), REPORT);
    }

    @Test
    void exitsWithTheGivenStatus() throws Exception {
        var p = builder();
        p.call("end", Call.EXIT_GROUP, Operand.of(42));
        assertEquals(42, run(p.build()).exit().code());
    }

    @Test
    void failureIsReportedWithIndexAndErrno() throws Exception {
        var p = builder();
        p.call("do nothing", Call.UMASK, Operand.of(0));
        p.call("change to a missing folder", Call.CHDIR, p.text("/nowhere/at/all"));
        Outcome outcome = run(p.build());
        assertEquals(1, outcome.number(0));
        assertEquals(2, outcome.number(1));
        assertEquals(1, outcome.exit().code());
    }

    @Test
    void toleratedFailureIsAResult() throws Exception {
        var p = builder();
        var result = p.register("result");
        var missing = p.label("missing");
        p.call("change to a missing folder", Call.CHDIR, p.text("/nowhere"))
                .into(result)
                .tolerate(2);
        p.branch(result, Condition.EQUAL, Operand.of(-2), missing);
        p.call("end", Call.EXIT_GROUP, Operand.of(1));
        p.place(missing);
        p.call("end", Call.EXIT_GROUP, Operand.of(7));
        assertEquals(7, run(p.build()).exit().code());
    }

    @Test
    void everyConditionBranchesAsItSays() throws Exception {
        var p = builder();
        var wrong = p.label("wrong");
        var minusOne = p.register("minusOne");
        p.move(minusOne, Operand.of(-1));
        p.branch(minusOne, Condition.EQUAL, Operand.of(1), wrong);
        p.branch(minusOne, Condition.DIFFERENT, Operand.of(-1), wrong);
        p.branch(minusOne, Condition.AT_LEAST, Operand.of(0), wrong);
        p.branch(Operand.of(3), Condition.LESS, minusOne, wrong);
        p.branch(Operand.of(4), Condition.ANY_BIT, Operand.of(3), wrong);
        var fine = p.label("fine");
        p.branch(Operand.of(6), Condition.ANY_BIT, Operand.of(3), fine);
        p.place(wrong);
        p.call("end", Call.EXIT_GROUP, Operand.of(1));
        p.place(fine);
        p.call("end", Call.EXIT_GROUP, Operand.of(0));
        assertEquals(0, run(p.build()).exit().code());
    }

    @Test
    void storesAndLoadsWithWidth() throws Exception {
        var p = builder();
        var value = p.register("value");
        var memory = p.longs("memory", -1);
        p.store(memory, Operand.of(5), 4);
        p.load(value, memory, 8);
        p.fail("show what is there", Failure.STEP, value);
        assertEquals(5, run(p.build()).number(1));

        var q = builder();
        q.load(value, q.longs("memory", 0x1_0002_0003L), 2);
        q.fail("show what is there", Failure.STEP, value);
        assertEquals(3, run(q.build()).number(1));
    }

    @Test
    void bothHalvesOfAForkGoOn() throws Exception {
        var p = builder();
        var pid = p.register("pid");
        var child = p.label("child");
        var args = p.struct("{SIGCHLD}", 64, b -> b.putLong(32, 17));
        p.call("fork", Call.CLONE3, args, Operand.of(64)).into(pid);
        p.branch(pid, Condition.EQUAL, Operand.of(0), child);
        p.call("wait for the child", Call.WAITID, Operand.of(1), pid, p.space(128, "info"), Operand.of(4));
        p.call("end", Call.EXIT_GROUP, Operand.of(0));
        p.place(child);
        p.call("say hello", Call.WRITE, Operand.of(REPORT), p.text("hello"), Operand.of(5));
        p.call("end", Call.EXIT_GROUP, Operand.of(3));
        Outcome outcome = run(p.build());
        assertEquals("hello", new String(outcome.report(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(0, outcome.exit().code());
    }

    @Test
    void executesAProgramWithArgumentsAndEnvironment() throws Exception {
        var p = builder();
        p.call(
                "run sh",
                Call.EXECVE,
                p.text("/bin/sh"),
                p.strings(List.of("sh", "-c", "exit $CODE"), "argv"),
                p.strings(List.of("CODE=9"), "envp"));
        assertEquals(9, run(p.build()).exit().code());
    }

    @Test
    void processIsThereBeforeItsProgram() throws Exception {
        try (var init = new Init(folder);
                Pipe control = Pipe.open()) {
            var begun = init.begin("test", Map.of(6, control.reader()), PROGRAM, 6, control.writer());
            int pid = begun.pid();
            control.reader().close();
            try (var pidfd = new Pidfd(pid)) {
                assertTrue(pidfd.alive());
                var p = builder();
                p.call("end", Call.EXIT_GROUP, Operand.of(43));
                begun.run(p.build());
                assertEquals(43, ChildExit.await(pid).code());
            }
        }
    }

    @Test
    void processWithoutProgramEndsWithItsMaker() throws Exception {
        try (var init = new Init(folder);
                Pipe control = Pipe.open()) {
            var begun = init.begin("test", Map.of(6, control.reader()), PROGRAM, 6, control.writer());
            int pid = begun.pid();
            begun.giveUp();
            control.writer().close();
            assertEquals(121, ChildExit.await(pid).code());
        }
    }

    @Test
    void whatCannotBeStartedIsSaid() throws Exception {
        var init = new Init(folder);
        init.executable();
        init.close();
        try (Pipe control = Pipe.open()) {
            var begun = init.begin("test", Map.of(6, control.reader()), PROGRAM, 6, control.writer());
            assertThrows(Exception.class, begun::pid);
            begun.giveUp();
        }
        var never = new Init(folder);
        never.close();
        assertThrows(IllegalStateException.class, never::executable);
    }

    @Test
    void cannotBeChangedThroughProc() throws Exception {
        try (var init = new Init(folder);
                Pipe wait = Pipe.open()) {
            var p = builder();
            p.call("wait", Call.READ, Operand.of(5), p.space(8, "byte"), Operand.of(1));
            p.call("end", Call.EXIT_GROUP, Operand.of(0));
            int pid = init.start(p.build(), "test", Map.of(5, wait.reader()), PROGRAM);
            try (Fd exe = Fd.open("/proc/" + pid + "/exe", FileFlags.O_RDONLY)) {
                assertThrows(
                        ErrnoException.class,
                        () -> Fd.open(exe.procPath(), FileFlags.O_WRONLY).write(new byte[] {0}));
            }
            wait.writer().close();
            assertEquals(0, ChildExit.await(pid).code());
        }
    }

    @Test
    void readOnlyCopyRunsAndCannotBeWritten() throws Exception {
        byte[] elf;
        try (var in = Init.class.getResourceAsStream("init-" + Arch.host().machine())) {
            elf = in.readAllBytes();
        }
        try (Fd copy = Init.readOnlyCopy(elf, folder)) {
            assertEquals(0, java.nio.file.Files.list(folder).count());
            assertThrows(ErrnoException.class, () -> Fd.open(copy.procPath(), FileFlags.O_WRONLY));
        }
    }

    @Test
    void listingShowsEveryOperation() {
        var p = builder();
        var fd = p.register("fd");
        var none = p.label("none");
        p.call("open the list", Call.OPENAT, Operand.of(-100, "CWD"), p.text("/etc/x"), Operand.of(0, "O_RDONLY"))
                .into(fd)
                .tolerate(2);
        p.branch(fd, Condition.LESS, Operand.of(0), none);
        p.call("close it", Call.CLOSE, fd);
        p.place(none);
        p.call("end", Call.EXIT_GROUP, Operand.of(0));
        assertEquals("""
                    0  fd = openat(CWD, "/etc/x", O_RDONLY) or ENOENT                    ; open the list
                    1  if fd < 0 goto none
                    2  close(fd)                                                         ; close it
                none:
                    3  exit_group(0)                                                     ; end
                """, new Listing(p.build()).toString());
    }
}
