package io.crij.oci.program;

import java.util.List;

/// A syscall program, ready for `init`. Immutable.
public final class Program {
    private final Arch arch;
    private final byte[] image;
    private final List<Operation> operations;
    private final List<Label> labels;

    Program(Arch arch, byte[] image, List<Operation> operations, List<Label> labels) {
        this.arch = arch;
        this.image = image;
        this.operations = List.copyOf(operations);
        this.labels = List.copyOf(labels);
    }

    public Arch arch() {
        return arch;
    }

    /// The file for `init`.
    byte[] image() {
        return image;
    }

    /// Bytes of the file for `init`.
    public int size() {
        return image.length;
    }

    List<Operation> operations() {
        return operations;
    }

    List<Label> labels() {
        return labels;
    }

    /// What the operation was for.
    public String about(int index) {
        return operations.get(index).about();
    }

    /// The system call of an operation, such as `openat2`.
    public String call(int index) {
        Operation operation = operations.get(index);
        return operation.kind() == Operation.Kind.CALL ? operation.call().title() : "check";
    }

    public Failure failure(int index) {
        return operations.get(index).failure();
    }

    public int length() {
        return operations.size();
    }
}
