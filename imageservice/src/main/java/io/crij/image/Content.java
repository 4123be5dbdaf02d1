package io.crij.image;

import java.io.InputStream;

/// Where the parts of one image come from: a registry or an archive. Thread-safe; [#close] from any thread ends
/// what
/// waits for bytes.
public interface Content extends AutoCloseable {
    /// A manifest or index as it came.
    ///
    /// @param mediaType what the source says, possibly empty
    /// @param digest of the bytes
    record RawManifest(byte[] bytes, String mediaType, Digest digest) {}

    /// For messages: the image's name, or the archive's.
    String name();

    /// What the name points to.
    RawManifest root() throws ImageException, InterruptedException;

    /// A manifest of an index, verified.
    RawManifest manifest(Descriptor descriptor) throws ImageException, InterruptedException;

    /// Content as a stream; the reader verifies it. Its `read` throws [ImageStreamException] and no other time-out.
    InputStream blob(Descriptor descriptor) throws ImageException, InterruptedException;

    @Override
    void close();
}
