package io.crij.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigPageTest {
    @Test
    void pageInTheRepositoryIsUpToDate() throws Exception {
        var page = Path.of("..", "docs", "configuration.md");
        assertEquals(ConfigPage.markdown(), Files.readString(page), "docs/configuration.md is out of date: make docs");
    }

    @Test
    void everyKeyAndTableOfTheDefaultsStandsInIt() {
        var page = ConfigPage.markdown();
        ConfigReference.defaults().lines().forEach(line -> {
            if (line.startsWith("# ")) {
                assertTrue(page.contains("| `" + line.substring(2, line.indexOf(" =")) + "` | "), line);
            } else if (line.startsWith("[") && !line.startsWith("[runtimes.")) {
                assertTrue(page.contains("## " + line), line);
            }
        });
    }

    @Test
    void boundsAndChoicesAreSaid() {
        var page = ConfigPage.markdown();
        assertTrue(page.contains("At least 64KiB. At most 1GiB."), page);
        assertTrue(page.contains("One of `error`, `warn`, `info`, `debug`, `trace`."), page);
        assertTrue(page.contains("At least 100ms. At most 5m."), page);
    }
}
