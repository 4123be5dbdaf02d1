package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.CgroupFolder;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.systemd.ScopeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Plain folders stand for the cgroups: no test can have systemd remove a scope at a moment of its choice.
class ScopeKillsTest {
    private static final ScopeName ONE = scope("one");
    private static final ScopeName TWO = scope("two");

    @TempDir
    private Path root;

    private Path slice;
    private ScopeKills kills;

    private static ScopeName scope(String id) {
        return ScopeName.of("pods-one.slice", id);
    }

    @BeforeEach
    void makeSlice() throws IOException {
        slice = Files.createDirectories(root.resolve("pods.slice/pods-one.slice"));
        kills = again();
        count(slice, 0);
    }

    private ScopeKills again() {
        return new ScopeKills(cgroup -> root + cgroup);
    }

    private static void count(Path folder, int kills) throws IOException {
        Files.writeString(folder.resolve("memory.events"), "low 0\nhigh 0\nmax 7\noom 3\noom_kill " + kills + "\n");
    }

    private void runs(ScopeName scope, int kills) throws IOException {
        count(Files.createDirectories(slice.resolve(scope.unit())), kills);
    }

    private void isGone(ScopeName scope) throws ErrnoException {
        var folder = slice.resolve(scope.unit());
        assertTrue(folder.resolve("memory.events").toFile().delete());
        CgroupFolder.remove(folder.toString());
    }

    @Test
    void whatTheSliceCountsBeyondTheRestWasInTheOneThatIsGone() throws Exception {
        runs(ONE, 0);
        runs(TWO, 0);
        kills.begin(ONE);
        kills.begin(TWO);
        isGone(ONE);
        count(slice, 2);
        assertTrue(kills.killed(ONE, Set.of(TWO.unit())));
        isGone(TWO);
        assertFalse(kills.killed(TWO, Set.of()));
    }

    @Test
    void theKillsOfOneThatIsThereAreItsOwn() throws Exception {
        runs(ONE, 0);
        runs(TWO, 1);
        count(slice, 1);
        kills.begin(ONE);
        isGone(ONE);
        assertFalse(kills.killed(ONE, Set.of(TWO.unit())));
        isGone(TWO);
        assertTrue(kills.killed(TWO, Set.of()));
    }

    @Test
    void whatWasBeforeTheFirstContainerIsNotTold() throws Exception {
        count(slice, 5);
        runs(ONE, 0);
        kills.begin(ONE);
        isGone(ONE);
        assertFalse(kills.killed(ONE, Set.of()));
    }

    @Test
    void whatTheOwnCounterToldIsNotToldAgain() throws Exception {
        runs(ONE, 3);
        runs(TWO, 0);
        kills.begin(ONE);
        count(slice, 3);
        kills.counted(ONE, 3);
        // by the next monitor, too
        again().counted(ONE, 3);
        isGone(ONE);
        isGone(TWO);
        count(slice, 4);
        assertTrue(kills.killed(TWO, Set.of()));
        assertFalse(kills.killed(scope("three"), Set.of()));
    }

    @Test
    void ofSeveralThatAreGoneAtOnceEachIsToldSo() throws Exception {
        runs(ONE, 0);
        runs(TWO, 0);
        kills.begin(ONE);
        count(slice, 2);
        isGone(ONE);
        isGone(TWO);
        assertTrue(kills.killed(ONE, Set.of(TWO.unit())));
        assertTrue(kills.killed(TWO, Set.of()));
        assertFalse(kills.killed(scope("three"), Set.of()));
    }

    @Test
    void theNextMonitorGoesOn() throws Exception {
        runs(ONE, 0);
        kills.begin(ONE);
        isGone(ONE);
        count(slice, 1);
        var next = again();
        next.begin(TWO);
        assertTrue(next.killed(ONE, Set.of()));
        // that one was killed before it could record it
        assertTrue(again().killed(ONE, Set.of()));
        assertFalse(again().killed(TWO, Set.of()));
    }

    @Test
    void aSliceThatIsGoneIsAnError() {
        var gone = ScopeName.of("other.slice", "one");
        var e = assertThrows(ErrnoException.class, () -> kills.killed(gone, Set.of()));
        assertTrue(e.errno() == Errno.ENOENT, e.getMessage());
    }
}
