package io.crij.linux;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

final class FdInputStream extends InputStream {
    private final Fd fd;

    FdInputStream(Fd fd) {
        this.fd = fd;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, target.length);
        if (length == 0) {
            return 0;
        }
        int got = fd.read(target, from, length);
        return got == 0 ? -1 : got;
    }

    @Override
    public void close() {
        fd.close();
    }
}
