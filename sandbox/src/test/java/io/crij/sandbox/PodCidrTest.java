package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodCidrTest {
    @TempDir
    Path folder;

    @Test
    void rangesOutliveTheServer() throws Exception {
        new PodCidr(folder).set("10.1.0.0/24, fd00::/64");
        assertEquals(List.of("10.1.0.0/24", "fd00::/64"), new PodCidr(folder).ranges());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.0.0", "10.1.0.0/33", "fd00::/129", "example.org/8", "10.1.0.0/24,", "10.1.0/a"})
    void whatIsNoRangeIsRefusedAndChangesNothing(String text) throws Exception {
        var cidr = new PodCidr(folder);
        cidr.set("10.1.0.0/24");
        assertThrows(SandboxException.Invalid.class, () -> cidr.set(text));
        assertEquals(List.of("10.1.0.0/24"), cidr.ranges());
    }

    @Test
    void aBrokenFileIsAsNone() throws Exception {
        Files.writeString(folder.resolve("pod-cidr"), "garbage");
        assertEquals(List.of(), new PodCidr(folder).ranges());
    }
}
