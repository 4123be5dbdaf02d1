package io.crij.server.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crij.linux.WindowSize;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalSizesTest {
    private final TerminalSizes sizes = new TerminalSizes();
    private final List<WindowSize> read = new ArrayList<>();

    private List<WindowSize> read(String... pieces) {
        for (var piece : pieces) {
            sizes.read(Unpooled.copiedBuffer(piece, StandardCharsets.UTF_8), read::add);
        }
        return read;
    }

    @Test
    void readsSizesInAnyPieces() {
        assertEquals(
                List.of(new WindowSize(24, 80), new WindowSize(50, 132)),
                read("{\"Width\":80,\"Hei", "ght\":24}\n{\"Width\":132,", "\"Height\":50}"));
    }

    @Test
    void skipsSizesThatNoTerminalHas() {
        assertEquals(
                List.of(new WindowSize(65535, 65535)),
                read(
                        "{\"Width\":65536,\"Height\":24}",
                        "{\"Width\":-1,\"Height\":24}",
                        "{\"Width\":0,\"Height\":0}",
                        "{\"Width\":1e99,\"Height\":24}",
                        "{\"Width\":\"80\",\"Height\":24}",
                        "{\"Width\":99999999999999999999,\"Height\":24}",
                        "{}",
                        "{\"Width\":65535,\"Height\":65535}"));
    }

    @Test
    void skipsGarbageOfAnyLength() {
        assertEquals(
                List.of(new WindowSize(24, 80)),
                read("x".repeat(100_000), "}}}{{{", "\0\u00ff", "{\"Width\":80,\"Height\":24}"));
    }
}
