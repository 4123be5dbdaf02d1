package io.crij.server.cli;

import io.crij.admin.v1.LayerProgress;
import java.io.PrintWriter;
import java.time.Duration;

/// Shows how far a pull or import is: one line that is written over on a terminal, else a line every few seconds.
final class Progress {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(2);

    private final PrintWriter err;
    private final String what;
    private final boolean terminal;
    private final long begin = System.nanoTime();
    private long printed = begin;
    private int width;

    Progress(PrintWriter err, String what, boolean terminal) {
        this.err = err;
        this.what = what;
        this.terminal = terminal;
    }

    void show(io.crij.admin.v1.Progress progress) {
        long now = System.nanoTime();
        if (!terminal && now - printed < BETWEEN_LINES.toNanos()) {
            return;
        }
        printed = now;
        line(text(progress));
    }

    /// Takes the moving line away.
    void end() {
        if (terminal && width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
        }
    }

    private String text(io.crij.admin.v1.Progress progress) {
        long done = 0;
        long total = 0;
        int ready = 0;
        for (LayerProgress layer : progress.getLayersList()) {
            done += layer.getDone();
            total += layer.getTotal();
            ready += layer.getReady() ? 1 : 0;
        }
        var seconds = Duration.ofNanos(printed - begin).toSeconds() + " s";
        return progress.getLayersCount() == 0
                ? what + ": " + progress.getPhase() + ", " + seconds
                : "%s: %s, layers %d/%d, %s of %s, %s"
                        .formatted(
                                what,
                                progress.getPhase(),
                                ready,
                                progress.getLayersCount(),
                                Words.bytes(done),
                                Words.bytes(total),
                                seconds);
    }

    private void line(String text) {
        if (terminal) {
            err.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
            width = Math.max(width, text.length());
        } else {
            err.println(text);
        }
        err.flush();
    }
}
