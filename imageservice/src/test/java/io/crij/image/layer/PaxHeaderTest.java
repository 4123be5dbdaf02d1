package io.crij.image.layer;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaxHeaderTest {
    @Test
    void recordsAreRead() throws Exception {
        PaxHeader pax = read("14 mtime=12.5\n7 uid=\n");
        assertEquals("12.5", pax.text("mtime").orElseThrow());
        assertTrue(pax.text("uid").isEmpty());
    }

    /// The second record has nothing that ends its length: it was once taken for the first one, again and again.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "26~GNU.sparse.map=0,1,2,1\n",
                "0 a=b\n",
                "1 a=b\n",
                "2 a=b\n",
                "-6 a=b\n",
                "7 a=b\n",
                "99 a=b\n",
                "x a=b\n",
                "6 a-b\n",
                "99999999999999999999 a=b\n"
            })
    void aRecordThatIsNoneIsRefused(String broken) {
        for (String before : new String[] {"", "14 mtime=12.5\n"}) {
            assertTimeoutPreemptively(
                    ofSeconds(20), () -> assertThrows(TarException.class, () -> read(before + broken)));
        }
    }

    private static PaxHeader read(String records) throws TarException {
        PaxHeader pax = new PaxHeader();
        pax.read(records.getBytes(StandardCharsets.ISO_8859_1));
        return pax;
    }
}
