package io.crij.oci.cgroup;

import io.crij.oci.cgroup.DeviceRules.Rule;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Compiles device rules to eBPF for `BPF_PROG_TYPE_CGROUP_DEVICE`, which replaces version 1's devices controller.
///
/// The kernel asks once for each open or mknod with all the accesses it wants. Each of them is decided by the last
/// rule that names it, so rules are tried from the last to the first: one that allows takes its accesses off what is
/// still to be decided, one that denies any of those ends with no. What no rule names is denied.
final class DeviceProgram {
    // enum bpf_cgroup_dev: the kinds of devices in the lower half of access_type, accesses in the upper half
    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;

    // linux/bpf_common.h and linux/bpf.h: class | operation | source
    private static final int LOAD_WORD = 0x61;
    private static final int MOVE_REGISTER = 0xbc;
    private static final int MOVE_IMMEDIATE = 0xb4;
    private static final int AND_IMMEDIATE = 0x54;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP_NOT_EQUAL = 0x56;
    private static final int JUMP_SET = 0x46;
    private static final int JUMP = 0x05;
    private static final int EXIT = 0x95;

    private static final int RESULT = 0;
    private static final int CONTEXT = 1;
    private static final int KIND = 2;
    private static final int PENDING = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    private final List<long[]> instructions = new ArrayList<>();

    private DeviceProgram() {}

    /// Instructions of 8 bytes each in this machine's byte order.
    static byte[] compile(List<DeviceCgroup> devices) throws InvalidSpec {
        var program = new DeviceProgram();
        program.load();
        for (Rule rule : DeviceRules.of(devices).reversed()) {
            program.rule(rule);
        }
        program.returns(0);
        return program.bytes();
    }

    private void load() {
        emit(LOAD_WORD, KIND, CONTEXT, 0, 0);
        emit(MOVE_REGISTER, PENDING, KIND, 0, 0);
        emit(SHIFT_RIGHT, PENDING, 0, 0, 16);
        emit(AND_IMMEDIATE, KIND, 0, 0, 0xffff);
        emit(LOAD_WORD, MAJOR, CONTEXT, 4, 0);
        emit(LOAD_WORD, MINOR, CONTEXT, 8, 0);
    }

    private void rule(Rule rule) {
        var body = new DeviceProgram();
        if (rule.allow()) {
            body.emit(AND_IMMEDIATE, PENDING, 0, 0, ~rule.access());
            body.emit(JUMP_NOT_EQUAL, PENDING, 0, 2, 0);
            body.returns(1);
        } else {
            body.emit(JUMP_SET, PENDING, 0, 1, rule.access());
            body.emit(JUMP, 0, 0, 2, 0);
            body.returns(0);
        }

        var conditions = new ArrayList<int[]>();
        if (rule.type() != DeviceType.ALL) {
            conditions.add(new int[] {KIND, rule.type() == DeviceType.BLOCK ? BLOCK : CHARACTER});
        }
        if (rule.major() >= 0) {
            conditions.add(new int[] {MAJOR, (int) rule.major()});
        }
        if (rule.minor() >= 0) {
            conditions.add(new int[] {MINOR, (int) rule.minor()});
        }
        for (int i = 0; i < conditions.size(); i++) {
            int toNextRule = conditions.size() - i - 1 + body.instructions.size();
            emit(JUMP_NOT_EQUAL, conditions.get(i)[0], 0, toNextRule, conditions.get(i)[1]);
        }
        instructions.addAll(body.instructions);
    }

    private void returns(int result) {
        emit(MOVE_IMMEDIATE, RESULT, 0, 0, result);
        emit(EXIT, 0, 0, 0, 0);
    }

    private void emit(int code, int target, int source, int offset, int immediate) {
        instructions.add(new long[] {code, target, source, offset, immediate});
    }

    private byte[] bytes() {
        ByteOrder order = ByteOrder.nativeOrder();
        var bytes = ByteBuffer.allocate(8 * instructions.size()).order(order);
        for (long[] i : instructions) {
            // the two registers are a bit field, so their place depends on the byte order
            long registers = order == ByteOrder.LITTLE_ENDIAN ? i[2] << 4 | i[1] : i[1] << 4 | i[2];
            bytes.put((byte) i[0]).put((byte) registers).putShort((short) i[3]).putInt((int) i[4]);
        }
        return bytes.array();
    }
}
