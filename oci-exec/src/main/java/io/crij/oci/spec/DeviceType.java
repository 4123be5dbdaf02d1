package io.crij.oci.spec;

/// Kinds of device nodes, by their letter.
public enum DeviceType {
    /// Every kind, in device rules only.
    ALL("a"),
    BLOCK("b"),
    CHARACTER("c"),
    /// A character device, unbuffered: the same as [#CHARACTER] on Linux.
    UNBUFFERED("u"),
    FIFO("p");

    private final String letter;

    DeviceType(String letter) {
        this.letter = letter;
    }

    @Override
    public String toString() {
        return letter;
    }
}
