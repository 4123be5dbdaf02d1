package io.crij.oci.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The `init` of the other architecture, run by qemu's user emulation: assembly, numbers of system calls, layout.
class Aarch64Test {
    private static final String QEMU = "qemu-aarch64-static";
    private static final int REPORT = 2;

    @TempDir
    Path folder;

    private Path init;
    private Path qemu;

    @BeforeEach
    void find() throws Exception {
        qemu = Path.of("/usr/bin/" + QEMU);
        assumeTrue(Files.isExecutable(qemu), "no " + QEMU + " (Debian package qemu-user-static) to run aarch64");
        try (InputStream in = Init.class.getResourceAsStream("init-aarch64")) {
            assumeTrue(in != null, "built without a compiler for aarch64 (Debian package gcc-aarch64-linux-gnu)");
            init = Files.write(folder.resolve("init"), in.readAllBytes());
        }
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Outcome(int code, byte[] report) {}

    private Outcome run(ProgramBuilder p) throws Exception {
        Path program = Files.write(folder.resolve("program"), p.build().image());
        // the program is the descriptor 0
        Process process = new ProcessBuilder(qemu.toString(), init.toString(), "0")
                .redirectInput(program.toFile())
                .redirectOutput(Redirect.DISCARD)
                .start();
        byte[] report = process.getErrorStream().readAllBytes();
        return new Outcome(process.waitFor(), report);
    }

    private static ProgramBuilder builder() {
        return new ProgramBuilder(Arch.AARCH64, REPORT);
    }

    @Test
    void isOneSmallStaticProgram() throws Exception {
        byte[] elf = Files.readAllBytes(init);
        assertArrayEquals(new byte[] {0x7f, 'E', 'L', 'F'}, java.util.Arrays.copyOf(elf, 4));
        assertEquals(183, ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).getShort(18), "EM_AARCH64");
        assertTrue(elf.length < 4096, elf.length + " bytes");
    }

    @Test
    void callsBranchesLoadsAndStores() throws Exception {
        var p = builder();
        var memory = p.space(16, "memory");
        var value = p.register("value");
        var label = p.label("skip");
        p.store(memory, Operand.of(0x1_0000_0007L), 8);
        p.load(value, memory, 4);
        p.branch(value, Condition.EQUAL, Operand.of(7), label);
        p.call("end", Call.EXIT_GROUP, Operand.of(1));
        p.place(label);
        p.call("say something", Call.WRITE, Operand.of(REPORT), p.text("hello"), Operand.of(5))
                .into(value);
        p.call("end", Call.EXIT_GROUP, value);
        Outcome outcome = run(p);
        assertEquals(5, outcome.code());
        assertEquals("hello", new String(outcome.report()));
    }

    @Test
    void failureIsReportedWithIndexAndErrno() throws Exception {
        var p = builder();
        p.call("do nothing", Call.UMASK, Operand.of(0));
        p.call("change to a missing folder", Call.CHDIR, p.text("/nowhere/at/all"));
        Outcome outcome = run(p);
        assertEquals(1, outcome.code());
        ByteBuffer report = ByteBuffer.wrap(outcome.report()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(1, report.getInt());
        assertEquals(2, report.getInt(), "ENOENT");
    }

    @Test
    void toleratedErrorsAreResultsAndSixArgumentsArrive() throws Exception {
        var p = builder();
        var result = p.register("result");
        var wrong = p.label("wrong");
        p.call("change to a missing folder", Call.CHDIR, p.text("/nowhere"))
                .into(result)
                .tolerate(2);
        p.branch(result, Condition.DIFFERENT, Operand.of(-2), wrong);
        // the fifth argument has to be 0
        p.call("fail in prctl", Call.PRCTL, Operand.of(38), Operand.of(1), Operand.of(0), Operand.of(0), Operand.of(9))
                .into(result)
                .tolerateAll();
        p.branch(result, Condition.DIFFERENT, Operand.of(-22), wrong);
        p.call("execute", Call.EXIT_GROUP, Operand.of(0));
        p.place(wrong);
        p.call("end", Call.EXIT_GROUP, Operand.of(1));
        assertEquals(0, run(p).code());
    }
}
