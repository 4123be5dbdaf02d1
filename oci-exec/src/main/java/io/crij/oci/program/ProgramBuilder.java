package io.crij.oci.program;

import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.Operation.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Builds a [Program]: operations in order, registers by name, data at fixed addresses. Not thread-safe.
///
/// Layout of the file, which `init.c` maps at [#BASE]: header, registers, data, operations.
public final class ProgramBuilder {
    /// Where `init.c` maps the program.
    public static final long BASE = 0x10000000L;

    private static final int REGISTERS = 250;
    private static final int HEADER = 8;
    private static final int DATA = HEADER + 8 * REGISTERS;
    /// Of a container's program; there may be more.
    private static final int USUAL_OPERATIONS = 700;

    private static final int USUAL_DATA = 24 << 10;

    private static final byte[] NO_BYTES = {};
    private static final Label NO_LABEL = new Label("none");

    /// Where results go that nobody asks for.
    private static final Register SCRATCH = new Register(0, "_");

    private final Arch arch;
    private final int report;
    private final List<Operation> operations = new ArrayList<>(USUAL_OPERATIONS);
    private final List<Label> labels = new ArrayList<>();
    private final Map<String, Constant> strings = new HashMap<>();
    private byte[] data = new byte[USUAL_DATA];
    private int dataSize;
    private int registers = 1;

    /// @param report number of the descriptor that failures are written to
    public ProgramBuilder(Arch arch, int report) {
        this.arch = arch;
        this.report = report;
    }

    public Arch arch() {
        return arch;
    }

    public Register register(String name) {
        if (registers == REGISTERS) {
            throw new IllegalStateException("a program has " + REGISTERS + " registers");
        }
        return new Register(registers++, name);
    }

    public Label label(String name) {
        return new Label(name);
    }

    /// The next operation is where branches to the label go.
    public void place(Label label) {
        label.place(operations.size());
        labels.add(label);
    }

    /// A zero-ended string, as a pointer. Equal strings share their bytes: never write to one.
    public Operand text(String text) {
        Constant known = strings.get(text);
        if (known == null) {
            if (text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a string for the kernel has no zero byte: " + text);
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            known = new Operand.Text(append(bytes, bytes.length + 1), text);
            strings.put(text, known);
        }
        return known;
    }

    /// Bytes, as a pointer; aligned to 8.
    public Constant bytes(byte[] content, String text) {
        return new Operand.Number(append(content, content.length), text);
    }

    /// Zeroed memory to write to, as a pointer; aligned to 8.
    public Constant space(int size, String text) {
        return new Operand.Number(append(NO_BYTES, size), text);
    }

    /// A structure, in the machine's byte order, as a pointer. All its pointers are known: see [#BASE].
    public Constant struct(String text, int size, java.util.function.Consumer<ByteBuffer> fill) {
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        fill.accept(buffer);
        return bytes(buffer.array(), text);
    }

    /// 64-bit numbers one after the other, as a pointer.
    public Constant longs(String text, long... values) {
        return struct(text, 8 * values.length, buffer -> {
            for (long value : values) {
                buffer.putLong(value);
            }
        });
    }

    /// A null-ended array of strings, for execve(2).
    public Constant strings(List<String> texts, String text) {
        long[] pointers = new long[texts.size() + 1];
        for (int i = 0; i < texts.size(); i++) {
            pointers[i] = address(text(texts.get(i)));
        }
        return longs(text, pointers);
    }

    /// The address of data made here.
    public static long address(Operand data) {
        if (data instanceof Register register) {
            throw new IllegalArgumentException(register + " is not known yet");
        }
        return data.encoded();
    }

    /// A place inside data made here.
    public static Operand offset(Constant data, int bytes) {
        return new Operand.Inside(data, bytes);
    }

    /// @param size with zeros behind the bytes
    private long append(byte[] bytes, int size) {
        int at = (dataSize + 7) & ~7;
        if (at + size > data.length) {
            data = Arrays.copyOf(data, Math.max(2 * data.length, at + size));
        }
        System.arraycopy(bytes, 0, data, at, bytes.length);
        dataSize = at + size;
        return BASE + DATA + at;
    }

    /// A system call.
    ///
    /// @param about its text goes on after "Tried to": "mount tmpfs at /dev/shm". Asked for when the call fails, or
    ///     in a listing
    public Step call(Object about, Call call, Operand... operands) {
        return add(Kind.CALL, SCRATCH, 0, call, NO_LABEL, about, Failure.STEP, operands);
    }

    public void move(Register to, Operand value) {
        add(Kind.MOVE, to, 0, Call.READ, NO_LABEL, "", Failure.STEP, value);
    }

    /// Reads a number of 2, 4 or 8 bytes, without sign.
    public void load(Register to, Operand address, int width) {
        add(Kind.LOAD, to, width, Call.READ, NO_LABEL, "", Failure.STEP, address);
    }

    /// Writes the low 4 or all 8 bytes of a value.
    public void store(Operand address, Operand value, int width) {
        add(Kind.STORE, SCRATCH, width, Call.READ, NO_LABEL, "", Failure.STEP, address, value);
    }

    public void branch(Operand left, Condition condition, Operand right, Label target) {
        add(Kind.BRANCH, SCRATCH, condition.ordinal(), Call.READ, target, "", Failure.STEP, left, right);
    }

    public void jump(Label target) {
        branch(Operand.of(0), Condition.EQUAL, Operand.of(0), target);
    }

    /// Ends the process with a report of this error number.
    public void fail(String about, Failure failure, Operand errno) {
        add(Kind.FAIL, SCRATCH, 0, Call.READ, NO_LABEL, about, failure, errno);
    }

    private Step add(
            Kind kind, Register to, int detail, Call call, Label target, Object about, Failure failure, Operand... a) {
        var operation = new Operation(kind, to, detail, call, target, a, about, failure);
        operations.add(operation);
        return operation;
    }

    public Program build() {
        int start = (DATA + dataSize + 7) & ~7;
        ByteBuffer out =
                ByteBuffer.allocate(start + operations.size() * Operation.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(report).putInt(start);
        out.position(DATA);
        out.put(data, 0, dataSize);
        for (int i = 0; i < operations.size(); i++) {
            operations.get(i).encode(out, start + i * Operation.SIZE, arch);
        }
        return new Program(arch, out.array(), operations, labels);
    }
}
