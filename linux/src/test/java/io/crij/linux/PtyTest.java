package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PtyTest {
    @Test
    void aProcessOnTheOtherSideSeesATerminalOfThatSize() throws Exception {
        try (Pty pty = Pty.open();
                Fd peer = pty.peer()) {
            pty.resize(new WindowSize(24, 132));
            assertEquals(new WindowSize(24, 132), pty.size());
            assertTrue(pty.number() >= 0);
            int pid = new Spawn("/bin/stty")
                    .arguments(List.of("stty", "size"))
                    .descriptor(0, peer)
                    .descriptor(1, peer)
                    .start();
            StringBuilder line = new StringBuilder();
            byte[] part = new byte[64];
            while (line.indexOf("\n") < 0) {
                line.append(new String(part, 0, pty.master().read(part)));
            }
            assertEquals("24 132\r\n", line.toString());
            assertEquals(0, ChildExit.await(pid).shellCode());
        }
    }
}
