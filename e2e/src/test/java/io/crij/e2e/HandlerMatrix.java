package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/// What works on which handler, as docs/runtimes.md has it. With the property `e2e.write-matrix` the page is
/// written, else it is compared with what was found, for the handlers that this machine has.
final class HandlerMatrix {
    private static final Path PAGE = Path.of("../docs/runtimes.md");
    private static final String BEGIN = "<!-- matrix: written by HandlersTest -->\n";
    private static final String END = "<!-- end of the matrix -->\n";
    private static final String YES = "yes";
    private static final String NO = "no";

    private final Map<Handler, Map<HandlerStep, String>> found = new EnumMap<>(Handler.class);

    void put(Handler handler, HandlerStep step, boolean works) {
        found.computeIfAbsent(handler, _ -> new EnumMap<>(HandlerStep.class)).put(step, works ? YES : NO);
    }

    /// Of a handler that is not here, or whose walk broke off, nothing is said.
    void compareWithPage() {
        found.values().removeIf(steps -> steps.size() < HandlerStep.values().length);
        try {
            var page = Files.readString(PAGE);
            int begin = page.indexOf(BEGIN) + BEGIN.length();
            var old = read(page.substring(begin, page.indexOf(END)));
            old.putAll(found);
            var next = page.substring(0, begin) + table(old) + page.substring(page.indexOf(END));
            if (Boolean.getBoolean("e2e.write-matrix")) {
                Files.writeString(PAGE, next);
            }
            assertEquals(
                    next,
                    Files.readString(PAGE),
                    "docs/runtimes.md is out of date: run HandlersTest again with" + " -De2e.write-matrix=true");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Handler, Map<HandlerStep, String>> read(String table) {
        Map<Handler, Map<HandlerStep, String>> all = new EnumMap<>(Handler.class);
        var lines = table.lines().toList();
        if (lines.isEmpty()) {
            return all;
        }
        var titles = lines.getFirst().split("\\|");
        for (var line : lines) {
            var cells = line.split("\\|");
            for (var step : HandlerStep.values()) {
                for (int i = 2; cells[1].strip().equals(step.text()) && i < cells.length; i++) {
                    var title = titles[i].strip();
                    for (var handler : Handler.values()) {
                        if (handler.title().equals(title)) {
                            all.computeIfAbsent(handler, _ -> new EnumMap<>(HandlerStep.class))
                                    .put(step, cells[i].strip());
                        }
                    }
                }
            }
        }
        return all;
    }

    private static String table(Map<Handler, Map<HandlerStep, String>> all) {
        var text = new StringBuilder("| |");
        all.keySet().forEach(handler -> text.append(' ').append(handler.title()).append(" |"));
        text.append("\n|---|").append("---|".repeat(all.size())).append('\n');
        for (var step : HandlerStep.values()) {
            text.append("| ").append(step.text()).append(" |");
            all.values()
                    .forEach(steps -> text.append(' ')
                            .append(steps.getOrDefault(step, "?"))
                            .append(" |"));
            text.append('\n');
        }
        return text.toString();
    }
}
