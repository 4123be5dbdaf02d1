package io.crij.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

final class FdOutputStream extends OutputStream {
    private final Fd fd;

    FdOutputStream(Fd fd) {
        this.fd = fd;
    }

    @Override
    public void write(int b) throws IOException {
        fd.write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, source.length);
        fd.write(source, from, length);
    }

    @Override
    public void close() {
        fd.close();
    }
}
