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
            byte[] line = new byte[64];
            int size = pty.master().read(line);
            assertEquals("24 132\r\n", new String(line, 0, size));
            assertEquals(0, ChildExit.await(pid).shellCode());
        }
    }
}
