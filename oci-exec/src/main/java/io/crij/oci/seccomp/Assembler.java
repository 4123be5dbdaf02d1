package io.crij.oci.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Builds a classic BPF program from its end to its beginning: jumps only lead forward, so whatever an instruction
/// jumps to has its place already. A label is the number of instructions from the one it names to the end.
final class Assembler {
    /// `BPF_MAXINSNS`.
    static final int LONGEST = 4096;

    // linux/bpf_common.h: class | size or operation | mode or source
    private static final int LOAD_WORD = 0x20;
    private static final int AND = 0x54;
    private static final int JUMP = 0x05;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_GREATER = 0x25;
    private static final int JUMP_GREATER_OR_EQUAL = 0x35;
    private static final int RETURN = 0x06;

    /// A conditional jump has 8 bits for how far it goes.
    private static final int FARTHEST = 255;

    private record Instruction(int code, int yes, int no, int value) {}

    private final List<Instruction> backwards = new ArrayList<>();
    private final Map<Integer, Integer> returns = new HashMap<>();

    /// Ends with a verdict. One that is within reach already is used again.
    int returns(int verdict) {
        Integer known = returns.get(verdict);
        if (known != null && backwards.size() - known < FARTHEST - 8) {
            return known;
        }
        int label = emit(RETURN, 0, 0, verdict);
        returns.put(verdict, label);
        return label;
    }

    int load(int offset, int next) {
        fallInto(next);
        return emit(LOAD_WORD, 0, 0, offset);
    }

    int and(int mask, int next) {
        fallInto(next);
        return emit(AND, 0, 0, mask);
    }

    int ifEqual(int value, int yes, int no) {
        return branch(JUMP_EQUAL, value, yes, no);
    }

    /// Unsigned, like [#ifGreaterOrEqual].
    int ifGreater(int value, int yes, int no) {
        return branch(JUMP_GREATER, value, yes, no);
    }

    int ifGreaterOrEqual(int value, int yes, int no) {
        return branch(JUMP_GREATER_OR_EQUAL, value, yes, no);
    }

    private int branch(int code, int value, int yes, int no) {
        if (yes == no) {
            return yes;
        }
        // what is out of reach is reached by way of an unconditional jump that comes right after; each of the two adds
        // one to the distance of the other
        boolean detourYes = backwards.size() + 1 - yes > FARTHEST;
        boolean detourNo = backwards.size() + 1 - no > FARTHEST;
        int nearYes = detourYes ? jump(yes) : yes;
        int nearNo = detourNo ? jump(no) : no;
        return emit(code, distance(nearYes), distance(nearNo), value);
    }

    private int jump(int target) {
        return emit(JUMP, 0, 0, distance(target));
    }

    private void fallInto(int next) {
        if (next != backwards.size()) {
            jump(next);
        }
    }

    /// From an instruction that is emitted now.
    private int distance(int label) {
        return backwards.size() - label;
    }

    private int emit(int code, int yes, int no, int value) {
        backwards.add(new Instruction(code, yes, no, value));
        return backwards.size();
    }

    int size() {
        return backwards.size();
    }

    /// `struct sock_filter`s in this machine's byte order; the label emitted last is the beginning.
    byte[] program() {
        var bytes = ByteBuffer.allocate(8 * backwards.size()).order(ByteOrder.nativeOrder());
        for (Instruction i : backwards.reversed()) {
            bytes.putShort((short) i.code).put((byte) i.yes).put((byte) i.no).putInt(i.value);
        }
        return bytes.array();
    }
}
