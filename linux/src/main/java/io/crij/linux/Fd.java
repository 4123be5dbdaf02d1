package io.crij.linux;

/// An open file descriptor with one owner. Close-on-exec from birth. Closing is idempotent.
public final class Fd implements AutoCloseable {
    private int number;

    Fd(int number) {
        this.number = number;
    }

    @Override
    public void close() {
        number = -1;
    }

    @Override
    public String toString() {
        return "fd " + number;
    }
}
