package io.crij.image.layer;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;

/// Undoes a layer's compression. Which one it is says the content, not the media type: registries hold both in all
/// combinations.
public final class Decompression {
    private static final int BUFFER = 64 * 1024;

    private Decompression() {}

    /// The uncompressed bytes; plain ones are passed on.
    ///
    /// @throws IOException also when the content is compressed in an unknown way
    public static InputStream of(InputStream content) throws IOException {
        PushbackInputStream in = new PushbackInputStream(content, 6);
        byte[] head = in.readNBytes(6);
        in.unread(head);
        if (starts(head, 0x1F, 0x8B)) {
            return new GZIPInputStream(in, BUFFER);
        }
        if (starts(head, 0x28, 0xB5, 0x2F, 0xFD) || isSkippableFrame(head)) {
            return new ZstdInputStreamNoFinalizer(in);
        }
        if (starts(head, 'B', 'Z', 'h') || starts(head, 0xFD, '7', 'z', 'X', 'Z')) {
            throw new IOException("it is compressed with bzip2 or xz; only gzip, zstd and plain layers are supported");
        }
        return in;
    }

    private static boolean isSkippableFrame(byte[] head) {
        return head.length >= 4 && (head[0] & 0xF0) == 0x50 && head[1] == 0x2A && head[2] == 0x4D && head[3] == 0x18;
    }

    private static boolean starts(byte[] head, int... wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (i >= head.length || (head[i] & 0xFF) != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
