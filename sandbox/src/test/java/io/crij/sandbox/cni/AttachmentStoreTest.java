package io.crij.sandbox.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachmentStoreTest {
    @TempDir
    Path folder;

    @Test
    void whatAKilledWriterHadBegunIsRemoved() throws Exception {
        var torn = Files.writeString(folder.resolve("c1.json.new"), "{\"containerId\": \"c");
        assertEquals(List.of(), new AttachmentStore(folder).all());
        assertFalse(Files.exists(torn));
    }

    @Test
    void whatCannotBeReadIsSetAside() throws Exception {
        var broken = Files.writeString(folder.resolve("c1.json"), "no json");
        assertEquals(List.of(), new AttachmentStore(folder).all());
        assertFalse(Files.exists(broken));
        assertTrue(Files.exists(folder.resolve("c1.json.corrupt")));
    }
}
