package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
    @Test
    void theResultIsThatOfJava() {
        var random = new Random(5);
        MessageDigest ours = Sha256.create();
        for (int size : new int[] {0, 1, 63, 64, 65_536, 65_537, 1_000_003}) {
            byte[] bytes = new byte[size + 7];
            random.nextBytes(bytes);
            MessageDigest theirs = Sha256.java();
            ours.update(bytes, 3, size);
            ours.update((byte) 9);
            theirs.update(bytes, 3, size);
            theirs.update((byte) 9);
            assertArrayEquals(theirs.digest(), ours.digest(), "of " + size + " bytes, and used again");
        }
    }

    @Test
    void libcryptoIsFoundWhereItIsInstalled() {
        assumeTrue(
                new java.io.File("/usr/lib/x86_64-linux-gnu/libcrypto.so.3").exists()
                        || new java.io.File("/usr/lib/aarch64-linux-gnu/libcrypto.so.3").exists(),
                "needs libcrypto.so.3");
        assertTrue(Sha256.isNative());
    }
}
