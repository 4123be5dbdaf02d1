package io.crij.server.handlers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.server.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundHandlersTest {
    @TempDir
    Path folder;

    private static Config.Handler handler(Path program) {
        var usual = Config.Handler.DEFAULT;
        return new Config.Handler(
                Config.Handler.Type.OCI,
                program,
                usual.root(),
                usual.options(),
                usual.shimRuntime(),
                usual.configPath(),
                usual.dialect(),
                usual.allowedAnnotations(),
                usual.seccompProfile(),
                usual.memoryFloor(),
                usual.createTimeout(),
                usual.timeout(),
                false);
    }

    private static FoundHandler probe(Path program) throws Exception {
        return new HandlerProbe("other", handler(program)).run(true);
    }

    private Path script(String text) throws Exception {
        var file = Files.writeString(folder.resolve("runtime"), "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    @Test
    void theBuiltInOneIsAlwaysUsable() throws Exception {
        var found = new HandlerProbe("crij", Config.Handler.DEFAULT).run(true);
        assertTrue(found.usable() && found.recursiveReadOnly() && found.userNamespaces());
    }

    @Test
    void aMissingProgramIsNamed() throws Exception {
        var found = probe(Path.of("/nowhere/runc"));
        assertFalse(found.usable());
        assertTrue(found.problem().contains("/nowhere/runc does not exist"), found.problem());
        found = probe(Path.of("no-such-runtime"));
        assertTrue(found.problem().contains("no program no-such-runtime in "), found.problem());
    }

    @Test
    void aProgramMustBeExecutable() throws Exception {
        var found = probe(Files.writeString(folder.resolve("runtime"), ""));
        assertTrue(found.problem().contains("not executable"), found.problem());
    }

    @Test
    void aProgramThatFailsIsNoRuntime() throws Exception {
        var found = probe(script("exit 3\n"));
        assertTrue(found.problem().contains("exit code 3"), found.problem());
    }

    @Test
    void garbageInsteadOfFeaturesMeansNone() throws Exception {
        var found = probe(script("[ $1 = --version ] && echo runc 9 && exit; head -c 100000 /dev/urandom\n"));
        assertTrue(found.usable(), found.problem());
        assertFalse(found.recursiveReadOnly());
        assertEquals("runc 9", found.version());
    }

    @Test
    void featuresAreRead() throws Exception {
        var found = probe(script("[ $1 = --version ] || echo '{\"mountOptions\":[\"ro\",\"rro\"]}'\n"));
        assertTrue(found.usable() && found.recursiveReadOnly());
        Files.delete(folder.resolve("runtime"));
        assertTrue(found.problemNow().contains("not there any more"), found.problemNow());
    }

    @Test
    void runscIsKnownByItsName() {
        var auto = handler(Path.of(""));
        assertEquals(Config.Handler.Dialect.GVISOR, auto.dialectOf(Path.of("/usr/bin/runsc")));
        assertEquals(Config.Handler.Dialect.RUNC, auto.dialectOf(Path.of("/usr/bin/crun")));
        assertEquals(List.of(), auto.options());
    }
}
