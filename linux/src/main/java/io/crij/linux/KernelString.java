package io.crij.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/// Names of the kernel (files, attributes, arguments) are bytes, mostly but not always UTF-8. They are kept in a
/// [String] so that every byte sequence survives the way there and back: a byte that is not part of valid UTF-8
/// becomes the lone surrogate `U+DC00 + byte`, as in Python (PEP 383). All strings of this package are encoded
/// like this.
public final class KernelString {
    private static final int ESCAPE = 0xDC00;

    private KernelString() {}

    public static String decode(byte[] bytes) {
        String plain = new String(bytes, StandardCharsets.UTF_8);
        return plain.indexOf('\uFFFD') < 0 ? plain : decodeEscaping(bytes);
    }

    public static byte[] encode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return encodeEscaped(text);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String decodeEscaping(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (result.isUnderflow()) {
                return out.flip().toString();
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE + (in.get() & 0xFF)));
            }
        }
    }

    private static byte[] encodeEscaped(String text) {
        var out = new ByteArrayOutputStream(text.length() + 8);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c >= ESCAPE + 0x80 && c <= ESCAPE + 0xFF) {
                out.write(c - ESCAPE);
            } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
            i += Character.charCount(c);
        }
        return out.toByteArray();
    }
}
