package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ReopenContainerLogRequest;
import io.crij.e2e.Pods;
import io.crij.e2e.Waiting;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The files that the kubelet reads for `kubectl logs`.
@ExtendWith(SharedNode.class)
class LogsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int LONGEST = 16 << 10;

    private record Line(OffsetDateTime time, String stream, String tag, String text) {
        static Line of(String line) {
            var fields = line.split(" ", 4);
            return new Line(OffsetDateTime.parse(fields[0]), fields[1], fields[2], fields[3]);
        }
    }

    private static List<Line> lines(Path log) {
        return Pods.log(log).lines().map(Line::of).toList();
    }

    @Test
    void eachLineHasTimeStreamAndTag(Lab lab) {
        var pod = lab.pod("lines");
        var ended =
                pod.run("main", _ -> {}, "sh", "-c", "echo one; echo two >&2; echo; echo ' three  '; echo a b c d e");
        var path = Path.of(ended.status().getLogPath());
        assertEquals(Path.of(pod.config().getLogDirectory(), "main.log"), path);
        var lines = lines(path);
        assertEquals(
                List.of("one", "", " three  ", "a b c d e"),
                lines.stream()
                        .filter(line -> line.stream().equals("stdout"))
                        .map(Line::text)
                        .toList());
        assertEquals(
                List.of("two"),
                lines.stream()
                        .filter(line -> line.stream().equals("stderr"))
                        .map(Line::text)
                        .toList());
        assertTrue(lines.stream().allMatch(line -> line.tag().equals("F")), lines.toString());
        var times = lines.stream().map(Line::time).toList();
        assertEquals(times.stream().sorted().toList(), times);
    }

    @Test
    void longLinesComeInPiecesThatFitTogether(Lab lab) {
        int length = 3 * LONGEST + 100;
        var ended = lab.pod("long")
                .run(
                        "main",
                        _ -> {},
                        "sh",
                        "-c",
                        "yes x | head -c " + 2 * length + " | busybox tr -d '\\n'; echo; echo short");
        var lines = lines(Path.of(ended.status().getLogPath()));
        var pieces = lines.subList(0, lines.size() - 1);
        assertEquals("x".repeat(length), pieces.stream().map(Line::text).collect(Collectors.joining()));
        assertTrue(pieces.stream().allMatch(line -> line.text().length() <= LONGEST), "a piece is too long");
        assertTrue(pieces.subList(0, pieces.size() - 1).stream()
                .allMatch(line -> line.tag().equals("P")));
        assertEquals("F", pieces.getLast().tag());
        assertEquals("short", lines.getLast().text());
    }

    @Test
    void aLineWithoutAnEndIsInTheLogToo(Lab lab) {
        var ended = lab.pod("open").run("main", _ -> {}, "sh", "-c", "echo first; echo -n last");
        var lines = lines(Path.of(ended.status().getLogPath()));
        assertEquals(List.of("first", "last"), lines.stream().map(Line::text).toList());
    }

    @Test
    void aLogThatWasMovedGoesOnInANewFile(Lab lab) throws IOException {
        var id = lab.pod("rotate")
                .start("main", "sh", "-c", "i=0; while true; do i=$((i+1)); echo $i; sleep 0.02; done");
        lab.pods().awaitLog(id, " 5\n");
        var log = Path.of(lab.pods().status(id).getLogPath());
        var moved = Files.move(log, log.resolveSibling("main.log.moved"));
        long before = lines(moved).size();
        Waiting.until("it goes on in the old file", SOON, () -> lines(moved).size() > before);
        assertFalse(Files.exists(log));
        reopen(lab, id);
        assertTrue(Files.exists(log), "the answer came before the new file was there");
        long last = lines(moved).size();
        Waiting.until("it goes on in the new file", SOON, () -> lines(log).size() > 5);
        lab.pods().stop(id, 0);
        assertEquals(last, lines(moved).size());
        var numbers = java.util.stream.Stream.concat(lines(moved).stream(), lines(log).stream())
                .map(line -> Integer.parseInt(line.text()))
                .toList();
        assertEquals(
                java.util.stream.IntStream.rangeClosed(1, numbers.size())
                        .boxed()
                        .toList(),
                numbers);
    }

    @Test
    void whatDoesNotRunHasNoLogToReopen(Lab lab) throws IOException {
        var pod = lab.pod("ended");
        var ended = pod.run("ended", _ -> {}, "true").status();
        Files.delete(Path.of(ended.getLogPath()));
        Lab.refused(Status.Code.FAILED_PRECONDITION, "exited", () -> reopen(lab, ended.getId()));
        assertFalse(Files.exists(Path.of(ended.getLogPath())));
        var created = pod.create("created", _ -> {}, "true");
        Lab.refused(Status.Code.FAILED_PRECONDITION, "created", () -> reopen(lab, created));
        Lab.refused(Status.Code.NOT_FOUND, "ffffffff", () -> reopen(lab, "ffffffff"));
    }

    @Test
    void logsLeadNowhereElse(Lab lab) {
        var pod = lab.pod("paths");
        Lab.refused(
                Status.Code.INVALID_ARGUMENT,
                "log_path",
                () -> pod.create("up", c -> c.setLogPath("../../outside.log"), "true"));
    }

    @Test
    void aContainerWithoutLogPathRuns(Lab lab) {
        var pod = lab.pod("silent");
        var id = pod.start("main", c -> c.clearLogPath(), "sh", "-c", "echo nobody; exit 2");
        assertEquals(2, lab.pods().awaitEnd(id).getExitCode());
    }

    private static void reopen(Lab lab, String id) {
        lab.runtime()
                .reopenContainerLog(ReopenContainerLogRequest.newBuilder()
                        .setContainerId(id)
                        .build());
    }
}
