package io.crij.server.stats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTextTest {
    @TempDir
    Path folder;

    private final FileText text = new FileText();

    @Test
    void noFileIsNoNumber() throws Exception {
        text.read(null);
        assertEquals(FileText.NONE, text.number());
        assertNull(text.pressure());
    }

    @Test
    void maxIsNoNumberAndHugeOnesDoNotOverflow() throws Exception {
        read("max\n");
        assertEquals(FileText.NONE, text.number());
        read("99999999999999999999\n");
        assertEquals(Long.MAX_VALUE, text.number());
        read("9223372036854771712\n");
        assertEquals(9223372036854771712L, text.number());
    }

    @Test
    void valuesAreFoundByWholeNames() throws Exception {
        read("anon 1\nanon_thp 2\npgfault 3\nnr_throttled 4");
        var values = new long[4];
        text.values(new Keys("pgfault", "anon", "nr_throttled", "absent"), values);
        assertArrayEquals(new long[] {3, 1, 4, FileText.NONE}, values);
    }

    @Test
    void pressureHasItsAveragesAndTotal() throws Exception {
        read("some avg10=1.50 avg60=0.20 avg300=12.05 total=1234\nfull avg10=0.00 avg60=0.00 avg300=100.00 total=5\n");
        assertEquals(
                new Pressure(new Pressure.Line(1.5, 0.2, 12.05, 1234), new Pressure.Line(0, 0, 100, 5)),
                text.pressure());
    }

    @Test
    void cpuPressureOfOldKernelsHasNoFullLine() throws Exception {
        read("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
        assertEquals(new Pressure(new Pressure.Line(0, 0, 0, 7), Pressure.Line.NONE), text.pressure());
    }

    @Test
    void longFilesAreReadToTheirEnd() throws Exception {
        var long1 = "x".repeat(7) + " 1\n";
        read(long1.repeat(5000) + "last 9\n");
        var values = new long[1];
        text.values(new Keys("last"), values);
        assertEquals(9, values[0]);
        try (var fd = Fd.open(folder.resolve("f").toString(), FileFlags.O_RDONLY)) {
            text.readAll(fd);
        }
        assertEquals(5001, text.lines());
    }

    private void read(String content) throws Exception {
        Files.writeString(folder.resolve("f"), content);
        try (var fd = Fd.open(folder.resolve("f").toString(), FileFlags.O_RDONLY)) {
            text.read(fd);
        }
    }
}
