package io.crij.image.registry;

import io.crij.image.Descriptor;
import io.crij.image.ImageException;
import io.crij.image.ImageStreamException;
import io.crij.image.Reference;
import io.crij.image.registry.RegistryContent.BlobPart;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// The bytes of a blob, across broken connections: each time one ends too early the rest is asked for by range,
/// from
/// whichever host answers. Gives up after several failures without a byte between them.
///
/// Read by one thread; [#close] from another one ends its read.
final class BlobStream extends InputStream {
    private static final int MOST_FAILURES = 4;
    private static final int MOST_STALLS = 2;

    private final RegistryContent content;
    private final Reference reference;
    private final Descriptor descriptor;
    private volatile BlobPart part;
    private long offset;
    private int failures;
    private int stalls;
    /// The connection is of no more use: the rest is asked for on another one.
    private boolean broken;
    private volatile boolean closed;

    BlobStream(RegistryContent content, Reference reference, Descriptor descriptor)
            throws ImageException, InterruptedException {
        this.content = content;
        this.reference = reference;
        this.descriptor = descriptor;
        this.part = content.open(descriptor, 0);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        while (offset < descriptor.size()) {
            try {
                if (broken) {
                    reopen();
                    broken = false;
                    continue;
                }
                int got = part.response().body().read(target, from, length);
                if (got > 0) {
                    offset += got;
                    failures = 0;
                    stalls = 0;
                    return got;
                }
                if (got < 0 && failures > 0) {
                    return -1; // asked again, and still nothing: it is shorter than the manifest says
                }
                failures++;
            } catch (SocketTimeoutException e) {
                failed(e, ++stalls >= MOST_STALLS);
            } catch (ImageStreamException | InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                failed(e, ++failures >= MOST_FAILURES);
            }
            broken = true;
        }
        return -1;
    }

    private void failed(IOException e, boolean enough) throws IOException {
        if (closed) {
            throw new InterruptedIOException("the pull has ended");
        }
        if (!enough) {
            return;
        }
        String what = "blob " + descriptor.digest() + " of " + reference;
        if (e instanceof SocketTimeoutException) {
            throw new ImageStreamException(new ImageException.Timeout(part.host(), what, content.stall()));
        }
        throw new ImageStreamException(new ImageException.RegistryUnavailable(
                part.host(),
                "tried to fetch " + what + " from " + part.host() + " but the connection broke " + failures
                        + " times, last with: " + e.getMessage() + "; check the network and try again",
                e));
    }

    private void reopen() throws IOException {
        try {
            part.response().close();
            Thread.sleep(Duration.ofMillis(100L * failures));
            part = content.open(descriptor, offset);
        } catch (ImageException e) {
            throw new ImageStreamException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the pull has ended");
        }
        if (closed) {
            part.response().close();
            throw new InterruptedIOException("the pull has ended");
        }
        if (part.response().status() == 416) {
            offset = descriptor.size(); // nothing there: too short, which the digest's check will tell
        } else if (offset > 0 && part.response().status() == 200) {
            part.response().body().skipNBytes(offset); // a host that does not know ranges
        } else if (offset > 0 && !startsAtOffset()) {
            throw new ImageStreamException(new ImageException.UnexpectedAnswer(
                    part.host(),
                    "blob " + descriptor.digest(),
                    part.response().status(),
                    "another range than asked for"));
        }
    }

    private boolean startsAtOffset() {
        return part.response()
                .headers()
                .first("Content-Range")
                .filter(it -> it.startsWith("bytes " + offset + "-"))
                .isPresent();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        part.response().close();
    }
}
