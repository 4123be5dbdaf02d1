package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFilesTest {
    @TempDir
    Path data;

    private record Note(int version, String text) {}

    private Syncer syncer;
    private RecordFiles<Note> files;

    @BeforeEach
    void open() {
        syncer = new Syncer();
        files = new RecordFiles<>(data, "note", Note.class, 1, Note::version, syncer);
    }

    @AfterEach
    void close() {
        syncer.close();
    }

    @Test
    void lastOneWrittenIsRead() throws Exception {
        files.create("a", new Note(1, "first"));
        for (var text : List.of("a much longer second one", "third", "x", "")) {
            files.write("a", new Note(1, text));
            assertEquals(List.of(new Note(1, text)), files.load());
        }
    }

    @Test
    void writesByAnInterruptedThreadAreWhole() throws Exception {
        files.create("a", new Note(1, "first"));
        Thread.currentThread().interrupt();
        files.write("a", new Note(1, "second"));
        assertTrue(Thread.interrupted());
        assertEquals(List.of(new Note(1, "second")), files.load());
    }

    @Test
    void halfWrittenOneBesideIsNotSeen() throws Exception {
        files.create("a", new Note(1, "first"));
        files.write("a", new Note(1, "second"));
        Files.writeString(data.resolve("notes/a/note.json.new"), "{\"version\":1,\"te");
        assertEquals(List.of(new Note(1, "second")), files.load());
        files.write("a", new Note(1, "3"));
        assertEquals(List.of(new Note(1, "3")), files.load());
    }

    @Test
    void deletedOneLeavesNothing() throws Exception {
        files.create("a", new Note(1, "first"));
        files.write("a", new Note(1, "second"));
        files.delete("a");
        files.delete("a");
        assertFalse(Files.exists(data.resolve("notes/a")));
        assertEquals(List.of(), files.load());
    }

    @Test
    void folderWithoutRecordGoes() throws Exception {
        files.create("a", new Note(1, "first"));
        Files.move(data.resolve("notes/a/note.json"), data.resolve("notes/a/note.json.new"));
        assertEquals(List.of(), files.load());
        assertFalse(Files.exists(data.resolve("notes/a")));
    }
}
