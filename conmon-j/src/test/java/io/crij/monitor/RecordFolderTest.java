package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.monitor.proto.Create;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordFolderTest {
    @TempDir
    Path state;

    private RecordFolder records;
    private Path folder;

    @BeforeEach
    void open() throws Exception {
        records = new RecordFolder(state);
        folder = Files.createDirectories(state.resolve("containers/a"));
    }

    private static ContainerRecord record(String id) {
        return ContainerRecord.creating(
                Create.newBuilder().setContainerId(id).build(), "/cgroup/" + id, new MonitoredRuntime.BuiltIn());
    }

    @Test
    void whatIsSavedIsFound() throws Exception {
        records.save(record("a"));
        records.save(record("b"));
        var found = records.loadAll().stream()
                .map(one -> assertInstanceOf(RecordFolder.Found.Whole.class, one)
                        .record()
                        .id())
                .sorted()
                .toList();
        assertEquals(List.of("a", "b"), found);
    }

    @Test
    void savingByAnInterruptedThreadWorks() throws Exception {
        records.save(record("b"));
        Thread.currentThread().interrupt();
        records.save(record("a"));
        assertTrue(Thread.interrupted());
        assertEquals(2, records.loadAll().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monitor.json.new", "monitor.pump.stderr", "monitor.execs/17"})
    void whatAKilledMonitorLeftGoes(String file) throws Exception {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), "{");
        assertEquals(List.of(), records.loadAll());
        assertFalse(Files.exists(folder));
    }

    @Test
    void emptyFolderGoes() throws Exception {
        assertEquals(List.of(), records.loadAll());
        assertFalse(Files.exists(folder));
    }

    @Test
    void whatOthersHaveThereStays() throws Exception {
        Files.writeString(folder.resolve("state.json"), "{}");
        Files.writeString(folder.resolve("monitor.json.new"), "{");
        assertEquals(List.of(), records.loadAll());
        assertEquals("{}", Files.readString(folder.resolve("state.json")));
        assertFalse(Files.exists(folder.resolve("monitor.json.new")));
    }

    @Test
    void tornRecordIsTold() throws Exception {
        Files.writeString(folder.resolve("monitor.json"), "{");
        assertInstanceOf(RecordFolder.Found.Torn.class, records.loadAll().getFirst());
    }
}
