package io.crij.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookupTest {
    @TempDir
    java.nio.file.Path folder;

    private FakeCri server;
    private CriClient client;
    private Lookup lookup;

    @BeforeEach
    void serve() throws Exception {
        server = new FakeCri(folder)
                .pod("aaa111", "web")
                .pod("bbb222", "db")
                .pod("ccc333", "empty")
                .container("abc1", "main", "aaa111")
                .container("abd2", "main", "bbb222")
                .container("e5", "sidecar", "bbb222")
                .container("f6", "abc1", "bbb222");
        client = server.client();
        lookup = new Lookup(client);
    }

    @AfterEach
    void end() {
        client.close();
        server.close();
    }

    @Test
    void podNameStandsForItsOnlyContainer() {
        assertEquals("abc1", lookup.containerOrFail("web").getId());
    }

    @Test
    void podWithSeveralContainersIsAmbiguous() {
        var refused = assertThrows(CliException.class, () -> lookup.containerOrFail("db"));
        assertEquals(ExitCode.FAILED, refused.exitCode());
        assertEquals("pod db has 3 containers; say which by its id: crij ps -a", refused.getMessage());
    }

    @Test
    void podWithoutContainersSaysSo() {
        var refused = assertThrows(CliException.class, () -> lookup.containerOrFail("empty"));
        assertTrue(refused.getMessage().startsWith("pod empty has 0 containers"), refused.getMessage());
    }

    @Test
    void exactIdWinsOverAContainerOfThatName() {
        assertEquals("abc1", lookup.containerOrFail("abc1").getId());
    }

    @Test
    void nameWinsOverTheBeginningOfAnId() {
        server.container("side99", "x", "ccc333").container("h8", "side", "ccc333");
        assertEquals("h8", lookup.containerOrFail("side").getId());
    }

    @Test
    void beginningOfOneIdIsEnough() {
        assertEquals("abd2", lookup.containerOrFail("abd").getId());
    }

    @Test
    void beginningOfTwoIdsIsRefusedWithBoth() {
        var refused = assertThrows(CliException.class, () -> lookup.container("ab"));
        assertEquals(ExitCode.FAILED, refused.exitCode());
        assertEquals("ab is 2 containers: abc1, abd2; say which by its id", refused.getMessage());
    }

    @Test
    void oneNameForTwoContainersIsRefused() {
        var refused = assertThrows(CliException.class, () -> lookup.containerOrFail("main"));
        assertTrue(refused.getMessage().startsWith("main is 2 containers: abc1, abd2"), refused.getMessage());
    }

    @Test
    void nothingOfThatNameHasItsOwnExitCode() {
        var refused = assertThrows(CliException.class, () -> lookup.containerOrFail("nosuch"));
        assertEquals(ExitCode.NOT_FOUND, refused.exitCode());
        assertEquals("there is no container nosuch here; what there is: crij ps -a", refused.getMessage());
    }
}
