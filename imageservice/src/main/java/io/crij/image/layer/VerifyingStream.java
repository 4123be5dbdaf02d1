package io.crij.image.layer;

import io.crij.image.Digest;
import io.crij.image.ImageException;
import io.crij.image.ImageStreamException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/// Passes content on and checks at its end that it has the size and the digest it should have; more bytes than
/// that are
/// never read.
final class VerifyingStream extends InputStream {
    private final InputStream in;
    private final Digest digest;
    private final long size;
    private final LongConsumer progress;
    private final MessageDigest hash;
    private long count;
    private boolean verified;

    VerifyingStream(InputStream in, Digest digest, long size, LongConsumer progress) {
        this.in = in;
        this.digest = digest;
        this.size = size;
        this.progress = progress;
        this.hash = digest.hasher();
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (count == size) {
            verify();
            return -1;
        }
        int got = in.read(target, from, (int) Math.min(length, size - count));
        if (got < 0) {
            throw new ImageStreamException(
                    new ImageException.CorruptLayer(digest, "it ends after " + count + " of " + size + " bytes"));
        }
        hash.update(target, from, got);
        count += got;
        progress.accept(count);
        return got;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int got;
        do {
            got = read(one, 0, 1);
        } while (got == 0);
        return got < 0 ? -1 : one[0] & 0xFF;
    }

    /// Bytes that are to come, so that a decompressor does not take a pause for the end.
    @Override
    public int available() {
        return (int) Math.min(size - count, 1 << 16);
    }

    /// Reads what is left, so that everything has been checked.
    void drain() throws IOException {
        byte[] scrap = new byte[16 * 1024];
        while (read(scrap, 0, scrap.length) >= 0) {
            // the check is the point
        }
    }

    private void verify() throws IOException {
        if (verified) {
            return;
        }
        byte[] actual = hash.digest();
        if (!digest.matches(actual)) {
            throw new ImageStreamException(new ImageException.DigestMismatch(
                    "layer " + digest, digest, Digest.finished(digest.algorithm(), actual)));
        }
        verified = true;
    }

    /// Leaves the source open: after a decompressor has closed its end there may be bytes to check.
    @Override
    public void close() {}
}
