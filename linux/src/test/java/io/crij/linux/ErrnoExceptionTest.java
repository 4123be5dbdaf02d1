package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ErrnoExceptionTest {
    @Test
    void messageNamesTheCallWhatItWasAboutAndTheError() {
        assertEquals(
                "mount /x: ENOENT (no such file or directory)",
                new ErrnoException("mount", Errno.ENOENT, "/x").getMessage());
    }
}
