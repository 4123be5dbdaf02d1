package io.crij.image.layer;

import io.crij.image.Digest;
import io.crij.image.ImageException;
import io.crij.image.ImageStreamException;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/// Brings one layer from a stream of compressed bytes into a folder: a thread of its own fetches, hashes and
/// decompresses while the calling thread hashes the archive and writes the files. Nothing is kept whole in memory.
///
/// Blocks in system calls, so belongs on a platform thread. Interrupting it gives up; the folder is then the caller's
/// to
/// remove.
public final class LayerPipeline {
    private final Digest layer;
    private final long size;
    private final Digest diffId;
    private final int umask;

    /// @param size of the compressed layer, bytes
    /// @param diffId digest of the uncompressed archive
    /// @param umask of this process
    public LayerPipeline(Digest layer, long size, Digest diffId, int umask) {
        this.layer = layer;
        this.size = size;
        this.diffId = diffId;
        this.umask = umask;
    }

    /// @param compressed is closed in any case
    /// @param folder exists and is empty
    /// @param progress gets the number of compressed bytes so far
    public UnpackedLayer unpack(InputStream compressed, Path folder, LongConsumer progress)
            throws ImageException, InterruptedException {
        BytePipe pipe = new BytePipe();
        Thread fetcher = Thread.ofPlatform().name("layer-fetch").start(() -> fetch(compressed, pipe, progress));
        try {
            return unpack(pipe, folder);
        } finally {
            pipe.close();
            close(compressed); // ends a read that waits for the network
            fetcher.interrupt(); // and a pause before it asks again
            joinUninterruptibly(fetcher);
        }
    }

    private void fetch(InputStream compressed, BytePipe pipe, LongConsumer progress) {
        VerifyingStream verifying = new VerifyingStream(compressed, layer, size, progress);
        try {
            if (decompress(verifying, pipe)) {
                verifying.drain();
            }
            pipe.end(null);
        } catch (IOException e) {
            pipe.end(e);
        } catch (RuntimeException | Error e) {
            pipe.end(new IOException("decompression failed: " + e, e));
        }
    }

    private boolean decompress(VerifyingStream verifying, BytePipe pipe) throws IOException {
        try (InputStream plain = Decompression.of(verifying)) {
            return pipe.transfer(plain);
        } catch (ImageStreamException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // bytes that are not what the manifest promised explain more than what a decompressor made of them
            verifying.drain();
            throw new ImageStreamException(new ImageException.CorruptLayer(layer, reason(e), e));
        }
    }

    private UnpackedLayer unpack(BytePipe pipe, Path folder) throws ImageException, InterruptedException {
        MessageDigest hash = diffId.hasher();
        pipe.tap((bytes, length) -> hash.update(bytes, 0, length));
        try (Fd root = Fd.open(folder.toString(), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY)) {
            UnpackedLayer unpacked = new LayerUnpacker(pipe, root, umask).unpack();
            drain(pipe);
            verify(hash);
            return unpacked;
        } catch (EntryFailed e) {
            throw e.explained(layer, folder);
        } catch (ImageStreamException e) {
            throw e.image();
        } catch (InterruptedIOException e) {
            throw cancelled(e);
        } catch (ErrnoException e) {
            throw new ImageException.StoreFailed(folder, "unpack layer " + layer, e);
        } catch (IOException e) {
            throw explain(e, pipe);
        }
    }

    /// A damaged archive: when the bytes were not those of the digest, that is the reason to tell.
    private ImageException explain(IOException damage, BytePipe pipe) throws InterruptedException {
        try {
            drain(pipe);
        } catch (ImageStreamException e) {
            return e.image();
        } catch (InterruptedIOException e) {
            throw cancelled(e);
        } catch (IOException e) {
            damage.addSuppressed(e);
        }
        return new ImageException.CorruptLayer(layer, reason(damage), damage);
    }

    private void verify(MessageDigest hash) throws ImageException {
        byte[] actual = hash.digest();
        if (!diffId.matches(actual)) {
            throw new ImageException.DigestMismatch(
                    "uncompressed layer " + layer, diffId, Digest.finished(diffId.algorithm(), actual));
        }
    }

    private static void drain(BytePipe pipe) throws IOException {
        while (pipe.read() >= 0) {
            pipe.skip(Long.MAX_VALUE);
        }
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return e instanceof java.io.EOFException
                ? "its compressed content ends too early"
                : message == null ? e.toString() : message;
    }

    private static InterruptedException cancelled(InterruptedIOException cause) {
        Thread.interrupted();
        InterruptedException cancelled = new InterruptedException("the pull was cancelled");
        cancelled.initCause(cause);
        return cancelled;
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // it has been read to its end, or nobody wants it any more
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
