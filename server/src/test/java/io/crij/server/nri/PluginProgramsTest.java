package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crij.server.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginProgramsTest {
    @TempDir
    Path folder;

    private Path plugins;
    private Path configs;

    @BeforeEach
    void makeFolders() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
        configs = Files.createDirectory(folder.resolve("conf.d"));
    }

    private List<PluginPrograms.Program> find() {
        return PluginPrograms.find(new Config.Nri(
                true, Path.of("/s"), false, plugins, configs, Duration.ofSeconds(1), Duration.ofSeconds(1)));
    }

    private void program(String name, String content) throws IOException {
        Files.setPosixFilePermissions(
                Files.writeString(plugins.resolve(name), content), PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void programsAreFoundInTheOrderOfTheirNames() throws Exception {
        program("20-b", "#!/bin/sh\n");
        program("05-a.x_y", "#!/bin/sh\n");
        assertEquals(
                List.of("05-a.x_y", "20-b"),
                find().stream().map(PluginPrograms.Program::id).toList());
    }

    @Test
    void whatIsNoPluginIsLeftOut() throws Exception {
        program("a-name", "#!/bin/sh\n");
        program("10", "#!/bin/sh\n");
        program("30-web", "\0asm\1\0\0\0");
        Files.writeString(plugins.resolve("40-not-executable"), "");
        Files.createDirectory(plugins.resolve("50-folder"));
        assertEquals(List.of(), find());
    }

    @Test
    void configurationOfTheWholeNameGoesBeforeThatOfTheName() throws Exception {
        program("10-a", "#!/bin/sh\n");
        assertEquals("", find().getFirst().config());
        Files.writeString(configs.resolve("a.conf"), "common");
        assertEquals("common", find().getFirst().config());
        Files.writeString(configs.resolve("10-a.conf"), "own");
        assertEquals("own", find().getFirst().config());
    }

    @Test
    void folderThatIsNotThereHasNoPlugins() throws Exception {
        Files.delete(plugins);
        assertEquals(List.of(), find());
    }
}
