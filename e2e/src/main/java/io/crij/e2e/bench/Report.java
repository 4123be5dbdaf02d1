package io.crij.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The file with the last table of each part: a section each, replaced when the part is measured again.
final class Report {
    private static final String INTRODUCTION = """
            # Performance

            Written by `make bench`, a section by the last run of its part (`build/bench.sh PART` measures one alone). Values are
            medians, in brackets the 10th and 90th percentile. A peer's ratio is its median to ours, both out of one interleaved
            run on the same machine, so the ratios can be compared with those of another machine; the absolute figures cannot. An
            aim is what was promised for the machine that the gates were made on: two cores of a virtual machine.
            """;

    private final Map<String, String> sections = new LinkedHashMap<>();

    /// @param parts names of all parts, in the order of their sections
    Report(List<String> parts) {
        parts.forEach(part -> sections.put(part, ""));
    }

    /// Takes the sections of an earlier report; nothing when there is none.
    void read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String part = "";
        var lines = new ArrayList<String>();
        for (var line : Files.readAllLines(file)) {
            if (line.startsWith("## ")) {
                keep(part, lines);
                part = line.substring("## ".length());
            } else {
                lines.add(line);
            }
        }
        keep(part, lines);
    }

    private void keep(String part, List<String> lines) {
        sections.computeIfPresent(part, (_, _) -> String.join("\n", lines).strip());
        lines.clear();
    }

    void set(String part, Machine machine, List<Row> rows) {
        var text = new StringBuilder("Measured on: " + machine.text() + "\n\n");
        text.append("| what | cri-j | peers | promise | samples |\n|---|---|---|---|---|\n");
        rows.forEach(row -> text.append(row.line()).append('\n'));
        sections.put(part, text.toString().strip());
    }

    String section(String part) {
        return "## " + part + "\n\n" + sections.getOrDefault(part, "") + "\n";
    }

    void write(Path file) throws IOException {
        var text = new StringBuilder(INTRODUCTION);
        for (var part : sections.keySet()) {
            if (!sections.getOrDefault(part, "").isEmpty()) {
                text.append('\n').append(section(part));
            }
        }
        Files.writeString(file, text.toString());
    }
}
