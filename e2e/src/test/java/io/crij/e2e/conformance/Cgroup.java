package io.crij.e2e.conformance;

import io.crij.cri.v1.ContainerStatusRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// The cgroups of a container's first process as the host has them, version 1 or 2.
record Cgroup(long pid) {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final Pattern PID = Pattern.compile("\"pid\":\\s*(\\d+)");

    static Cgroup of(Lab lab, String container) {
        var info = lab.runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .setVerbose(true)
                        .build())
                .getInfoMap()
                .get("info");
        var pid = PID.matcher(info);
        if (!pid.find()) {
            throw new IllegalStateException("no pid in " + info);
        }
        return new Cgroup(Long.parseLong(pid.group(1)));
    }

    static boolean isV2() {
        return Files.exists(ROOT.resolve("cgroup.controllers"));
    }

    static boolean hasHugepages() {
        return isV2()
                ? read(ROOT.resolve("cgroup.controllers")).contains("hugetlb")
                : Files.exists(ROOT.resolve("hugetlb/cgroup.procs"));
    }

    /// @param v1 controller and file as `memory/memory.limit_in_bytes`
    /// @param v2 file as `memory.max`
    String value(String v1, String v2) {
        var file = isV2() ? folder("").resolve(v2) : folder(v1.split("/")[0]).resolve(v1.split("/")[1]);
        return read(file);
    }

    boolean has(String v1, String v2) {
        return Files.exists(
                isV2() ? folder("").resolve(v2) : folder(v1.split("/")[0]).resolve(v1.split("/")[1]));
    }

    String oomScoreAdjustment() {
        return read(Path.of("/proc/" + pid + "/oom_score_adj"));
    }

    private Path folder(String controller) {
        for (var line : read(Path.of("/proc/" + pid + "/cgroup")).lines().toList()) {
            var fields = line.split(":", 3);
            if (isV2() && fields[0].equals("0")) {
                return ROOT.resolve(fields[2].substring(1));
            }
            if (java.util.List.of(fields[1].split(",")).contains(controller)) {
                return ROOT.resolve(controller).resolve(fields[2].substring(1));
            }
        }
        return ROOT.resolve("no-" + controller);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
