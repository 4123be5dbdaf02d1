package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KernelStringTest {
    @Test
    void everyByteSequenceComesBack() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            assertArrayEquals(bytes, KernelString.encode(KernelString.decode(bytes)));
        }
    }

    @Test
    void validUtf8IsPlain() {
        assertEquals("grün 🐳 \uFFFD", KernelString.decode("grün 🐳 \uFFFD".getBytes(StandardCharsets.UTF_8)));
        assertArrayEquals("grün 🐳".getBytes(StandardCharsets.UTF_8), KernelString.encode("grün 🐳"));
    }

    @Test
    void otherBytesBecomeLoneSurrogates() {
        assertEquals("a\uDCFFb", KernelString.decode(new byte[] {'a', (byte) 0xFF, 'b'}));
    }
}
