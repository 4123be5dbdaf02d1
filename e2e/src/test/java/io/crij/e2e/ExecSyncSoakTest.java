package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ListContainerStatsRequest;
import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.NamespaceMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Probes, a thousand in a row and eight at once, as a node has them in some minutes: afterwards the daemons have
/// no more descriptors, threads and memory than before.
class ExecSyncSoakTest {
    private static final int EXECS = 1_000;
    private static final int AT_ONCE = 8;
    /// Bytes per exec that would be a leak: less than the smallest object with a name in a map.
    private static final long LEAST_LEAK = 128;
    /// In use of the C heap, what it may have more at the end: code compiled meanwhile is described there.
    private static final long NATIVE_KB = 2 << 10;
    /// Of the process, whose memory in large pages comes and goes: what it may have more at the end.
    private static final long RESIDENT_KB = 16 << 10;
    /// HotSpot keeps what its compilers had for 5 s (its chunk pools), in case they go on.
    private static final Duration COMPILERS_KEEP = Duration.ofSeconds(6);
    private static final Duration SETTLE = Duration.ofSeconds(100);
    private static final Pattern USED = Pattern.compile("(?:DefNew|Tenured).* used (\\d+)K");
    private static final Pattern MALLOC = Pattern.compile("type=\"(\\w+)\".* size=\"(\\d+)\"");

    private static Node node;

    @BeforeAll
    static void startNode() {
        node = Node.start();
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    private record Footprint(int descriptors, int threads, long heapKb, long nativeKb, long residentKb) {
        static Footprint of(long pid) {
            // a compiler at work has up to 30 MB
            Waiting.until(
                    "the JVM compiles nothing",
                    SETTLE,
                    () -> !jcmd(pid, "Compiler.queue").contains("CompilerThread"),
                    () -> jcmd(pid, "Compiler.queue"));
            jcmd(pid, "System.trim_native_heap");
            // twice: what the first one finds unreachable may free more
            jcmd(pid, "GC.run");
            jcmd(pid, "GC.run");
            long heap = USED.matcher(jcmd(pid, "GC.heap_info"))
                    .results()
                    .mapToLong(match -> Long.parseLong(match.group(1)))
                    .sum();
            assertTrue(heap > 0, "the JVM's heap is not known");
            return new Footprint(openFiles(pid), threadsOf(pid), heap, nativeKb(pid), status(pid, "VmRSS"));
        }

        /// Once the compilers have given back what they had.
        static Footprint settled(long pid) throws InterruptedException {
            var last = of(pid);
            while (true) {
                Thread.sleep(COMPILERS_KEEP);
                var now = of(pid);
                if (last.nativeKb - now.nativeKb < NATIVE_KB / 4) {
                    return now;
                }
                last = now;
            }
        }

        /// What malloc_info(3) says of all arenas: what the kernel gave less what is free.
        private static long nativeKb(long pid) {
            var arenas = jcmd(pid, "System.native_heap_info");
            long bytes = MALLOC.matcher(arenas.substring(arenas.lastIndexOf("</heap>")))
                    .results()
                    .mapToLong(total -> switch (total.group(1)) {
                        case "current", "mmap" -> Long.parseLong(total.group(2));
                        case "fast", "rest" -> -Long.parseLong(total.group(2));
                        default -> 0;
                    })
                    .sum();
            assertTrue(bytes > 0, "the C heap is not known: " + arenas);
            return bytes >> 10;
        }

        boolean isNoMoreThan(Footprint before) {
            return heapKb - before.heapKb < EXECS * LEAST_LEAK / 1024
                    && nativeKb - before.nativeKb < NATIVE_KB
                    && residentKb - before.residentKb < RESIDENT_KB;
        }
    }

    @Test
    void aThousandProbesLeaveNothing() throws Exception {
        assumeTrue(node.isCrij(), "needs crij: the footprint is that of its daemons");
        var pods = node.pods();
        var image = node.registry().push(TestImage.busybox("e2e/soak:1"));
        pods.pull(image);
        var config = pods.config("soak", NamespaceMode.POD).build();
        var pod = pods.run(config);
        var container = pods.create(
                pod,
                config,
                Pods.container("main", image, NamespaceMode.POD, List.of("sleep", "100000"))
                        .build());
        pods.start(container);
        probe(container, "warm-up");
        // opens the files of cgroups that the statistics hold open
        pods.client().runtime().listPodSandboxStats(ListPodSandboxStatsRequest.getDefaultInstance());
        pods.client().runtime().listContainerStats(ListContainerStatsRequest.getDefaultInstance());
        var traces = node.traces();
        Map<Long, Footprint> before = new LinkedHashMap<>();
        for (long pid : node.server().daemons()) {
            before.put(pid, Footprint.settled(pid));
        }
        probe(container, "soak");
        Traces.assertNothingNew(node, traces);
        before.forEach(ExecSyncSoakTest::assertNoMore);
        pods.end(pod);
    }

    private static void probe(String container, String word) throws Exception {
        var next = new AtomicInteger();
        Callable<Boolean> prober = () -> {
            for (int i = next.getAndIncrement(); i < EXECS; i = next.getAndIncrement()) {
                var answer = node.pods().exec(container, "sh", "-c", "echo " + word + " " + i + "; exit " + i % 7);
                assertEquals(word + " " + i + "\n", answer.getStdout().toStringUtf8());
                assertEquals(i % 7, answer.getExitCode());
            }
            return true;
        };
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var probers = new ArrayList<Callable<Boolean>>();
            for (int i = 0; i < AT_ONCE; i++) {
                probers.add(prober);
            }
            for (var done : executor.invokeAll(probers)) {
                done.get();
            }
        }
    }

    private static void assertNoMore(long pid, Footprint before) {
        Waiting.until(
                "no descriptor is left",
                SETTLE,
                () -> openFiles(pid) <= before.descriptors(),
                () -> before + ", now " + openFiles(pid) + ": " + names(pid));
        Waiting.until(
                "no thread is left",
                SETTLE,
                () -> threadsOf(pid) <= before.threads(),
                () -> before + ", now " + threadsOf(pid));
        // what the last execs had is let go a little later; what leaks is not
        var last = new AtomicReference<>(Footprint.of(pid));
        Waiting.until(
                "no memory is left",
                SETTLE,
                () -> last.updateAndGet(_ -> Footprint.of(pid)).isNoMoreThan(before),
                () -> before + " became " + last);
        System.out.println("ExecSyncSoakTest: " + before + " -> " + last);
    }

    private static String jcmd(long pid, String command) {
        return Shell.must(Path.of(System.getProperty("java.home"), "bin/jcmd").toString(), Long.toString(pid), command);
    }

    private static int openFiles(long pid) {
        return names(pid).size();
    }

    private static List<String> names(long pid) {
        try (var files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.map(ExecSyncSoakTest::target).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    private static int threadsOf(long pid) {
        return (int) status(pid, "Threads");
    }

    private static long status(long pid, String key) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith(key + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
