package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InotifyTest {
    @TempDir
    Path folder;

    @Test
    void tellsWhatHappensInAFolder() throws Exception {
        try (Inotify inotify = new Inotify()) {
            int watch = inotify.watch(folder.toString(), Inotify.CREATE | Inotify.DELETE | Inotify.CLOSE_WRITE);
            assertEquals(List.of(), inotify.poll());
            Files.writeString(folder.resolve("a"), "x");
            Files.delete(folder.resolve("a"));
            assertEquals(
                    List.of(
                            new Inotify.Event(watch, Inotify.CREATE, "a"),
                            new Inotify.Event(watch, Inotify.CLOSE_WRITE, "a"),
                            new Inotify.Event(watch, Inotify.DELETE, "a")),
                    inotify.poll());
            inotify.unwatch(watch);
            assertEquals(List.of(new Inotify.Event(watch, Inotify.IGNORED, "")), inotify.poll());
        }
    }
}
