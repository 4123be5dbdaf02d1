package io.crij.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReferenceTest {
    @TempDir
    Path folder;

    @Test
    void defaultsAreAllCommentedOut() throws Exception {
        assertEquals(Config.DEFAULT, read(ConfigReference.defaults()));
        assertTrue(ConfigReference.defaults().contains("\n# socket = \"/run/crij/crij.sock\"\n"));
    }

    @Test
    void uncommentedDefaultsAreTheDefaults() throws Exception {
        var text = ConfigReference.defaults().replaceAll("(?m)^# ", "");
        assertEquals(text, ConfigReference.inForce(Config.DEFAULT));
        assertEquals(Config.DEFAULT, read(text));
    }

    @Test
    void everyKeyIsDocumented() {
        for (var table : Config.class.getRecordComponents()) {
            assertTrue(table.isAnnotationPresent(Key.class), table.toString());
            if (table.getType().isRecord()) {
                for (var key : table.getType().getRecordComponents()) {
                    assertTrue(key.isAnnotationPresent(Key.class), key.toString());
                }
            }
        }
    }

    @Test
    void durationsAndSizesPrintAsTheyAreRead() {
        for (var text : new String[] {"250ms", "30s", "1m30s", "4h", "0s"}) {
            assertEquals(text, DurationText.print(DurationText.parse(text)));
        }
        for (var text : new String[] {"64MiB", "1GiB", "3", "0", "5KiB"}) {
            assertEquals(text, ByteSize.parse(text).toString());
        }
        assertEquals(Duration.ofSeconds(61), DurationText.parse("1m1s"));
        assertEquals(new ByteSize(2048), ByteSize.parse("2k"));
    }

    private Config read(String text) throws Exception {
        var file = Files.writeString(folder.resolve("crij.toml"), text);
        return new ConfigFiles(file, folder.resolve("none")).read(Map.of());
    }
}
