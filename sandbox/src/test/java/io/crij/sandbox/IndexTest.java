package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
    @TempDir
    Path data;

    private record Note(int version, int made, String text) {}

    private final class Entered extends Entry<Note> {
        Entered(String id, int made, String text) {
            super(id, new Note(1, made, text), files);
        }
    }

    private Syncer syncer;
    private RecordFiles<Note> files;
    private final Index<Entered> index =
            new Index<>("note", Comparator.comparing(entry -> entry.record().made()));

    @BeforeEach
    void open() {
        syncer = new Syncer();
        files = new RecordFiles<>(data, "note", Note.class, 1, Note::version, syncer);
    }

    @AfterEach
    void close() {
        syncer.close();
    }

    private Entered add(String id, int made, String text) {
        var entry = new Entered(id, made, text);
        index.add(entry);
        entry.show();
        return entry;
    }

    private List<String> listed() {
        return index.list(entry -> entry.record().text());
    }

    @Test
    void theListIsInOrderHoweverEntriesCome() {
        add("b", 3, "third");
        add("c", 1, "first");
        add("e", 2, "second, too");
        add("d", 2, "second");
        assertEquals(List.of("first", "second", "second, too", "third"), listed());
    }

    @Test
    void theListHasWhatIsKnownNow() {
        var entry = add("a", 1, "before");
        add("b", 2, "other");
        assertEquals(List.of("before", "other"), listed());
        entry.change(note -> new Note(1, note.made(), "after"));
        assertEquals(List.of("after", "other"), listed());
    }

    @Test
    void whatNoRequestWasAnsweredWithIsNotListedUntilItIs() {
        var entry = new Entered("a", 1, "new");
        index.add(entry);
        assertEquals(List.of(), listed());
        entry.show();
        assertEquals(List.of("new"), listed());
    }

    @Test
    void whatIsRemovedIsNeitherListedNorFound() throws Exception {
        add("a", 1, "stays");
        add("b", 2, "goes");
        index.remove("b");
        index.remove("never there");
        assertEquals(List.of("stays"), listed());
        assertEquals(true, index.lookUp("b").isEmpty());
    }

    @Test
    void anEntryWithTheSameIdTakesThePlaceOfTheOther() throws Exception {
        add("a", 1, "old");
        add("a", 2, "new");
        assertEquals(List.of("new"), listed());
        assertEquals("new", index.find("a").record().text());
    }
}
