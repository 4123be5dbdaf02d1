package io.crij.oci.program;

/// A place in a program to branch to: made by [ProgramBuilder#label], put by [ProgramBuilder#place].
public final class Label {
    private static final int NOWHERE = -1;

    private final String name;
    private int index = NOWHERE;

    Label(String name) {
        this.name = name;
    }

    void place(int at) {
        if (index != NOWHERE) {
            throw new IllegalStateException("label " + name + " is placed twice");
        }
        index = at;
    }

    int index() {
        if (index == NOWHERE) {
            throw new IllegalStateException("label " + name + " is nowhere");
        }
        return index;
    }

    @Override
    public String toString() {
        return name;
    }
}
