package io.crij.server.stats;

import io.crij.linux.At;
import io.crij.linux.Directory;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.ResourceLimit;
import io.crij.linux.abi.FileFlags;
import io.crij.sandbox.ContainerRecord;
import java.util.List;

/// Processes, threads, and the files that they have open. Open files are looked at one by one: it is the dearest group.
final class ProcessMetrics implements MetricSource {
    private static final Family FILES =
            Family.gauge("container_file_descriptors", "Number of open file descriptors for the container.");
    private static final Family PROCESSES =
            Family.gauge("container_processes", "Number of processes running inside the container.");
    private static final Family SOCKETS =
            Family.gauge("container_sockets", "Number of open sockets for the container.");
    private static final Family THREADS =
            Family.gauge("container_threads", "Number of threads running inside the container.");
    private static final Family THREADS_MAX = Family.gauge(
            "container_threads_max",
            "Maximum number of threads allowed inside the container, infinity if value is zero.");
    private static final Family ULIMITS = Family.gauge(
            "container_ulimits_soft",
            "Soft ulimit values for the container root process. Unlimited if -1, except priority and nice.",
            "ulimit");

    @Override
    public List<Family> families() {
        return List.of(FILES, PROCESSES, SOCKETS, THREADS, THREADS_MAX, ULIMITS);
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException {
        var pids = facts.processes().toString().lines().toList();
        long files = 0;
        long sockets = 0;
        for (var pid : pids) {
            try (Fd folder = Fd.open("/proc/" + pid + "/fd", FileFlags.O_RDONLY | FileFlags.O_DIRECTORY)) {
                for (var entry : Directory.list(folder)) {
                    files++;
                    sockets += isSocket(folder, entry.name()) ? 1 : 0;
                }
            } catch (ErrnoException e) {
                // ended meanwhile
                continue;
            }
        }
        sink.add(PROCESSES, pids.size());
        sink.add(FILES, files);
        sink.add(SOCKETS, sockets);
        sink.add(THREADS, (facts.v2() ? facts.v2("pids.current") : facts.v1("pids", "pids.current")).number());
        sink.add(THREADS_MAX, Math.max(0, (facts.v2() ? facts.v2("pids.max") : facts.v1("pids", "pids.max")).number()));
        limits(container, sink);
    }

    private static boolean isSocket(Fd folder, String file) {
        try {
            return At.readlink(folder, file).startsWith("socket:");
        } catch (ErrnoException e) {
            return false;
        }
    }

    private static void limits(ContainerRecord container, MetricSink sink) {
        if (container.pid().isEmpty()) {
            return;
        }
        try {
            long soft = ResourceLimit.of(container.pid().getAsInt(), ResourceLimit.Kind.NOFILE)
                    .soft();
            if (soft != ResourceLimit.UNLIMITED) {
                sink.add(ULIMITS, soft, "max_open_files");
            }
        } catch (ErrnoException e) {
            // ended meanwhile
        }
    }
}
