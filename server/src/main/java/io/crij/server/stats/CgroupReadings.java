package io.crij.server.stats;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads what a cgroup has used, on version 2 and version 1. Stateless; each call opens the files it needs.
final class CgroupReadings {
    /// A v1 limit at or above this is none (the kernel rounds "unlimited" down to a page).
    private static final long NO_LIMIT = Long.MAX_VALUE - (1 << 20);

    private final CgroupTree tree;

    CgroupReadings(CgroupTree tree) {
        this.tree = tree;
    }

    /// @param cgroup absolute, such as `/crij/abc`
    /// @throws ErrnoException `ENOENT` when the cgroup is gone
    CgroupUsage read(String cgroup) throws ErrnoException {
        return tree.mode() == CgroupTree.Mode.V2 ? v2(cgroup) : v1(cgroup);
    }

    private CgroupUsage v2(String cgroup) throws ErrnoException {
        var hierarchy = tree.unified().orElseThrow(() -> new IllegalStateException("no cgroup v2 tree"));
        try (var folder = CgroupFolder.open(hierarchy.folder(cgroup))) {
            var cpu = pairs(folder.tryRead("cpu.stat"));
            var memory = pairs(folder.tryRead("memory.stat"));
            long usage = number(folder.tryRead("memory.current")).orElse(0);
            return new CgroupUsage(
                    cpu.getOrDefault("usage_usec", 0L) * 1000,
                    usage,
                    Math.max(0, usage - memory.getOrDefault("inactive_file", 0L)),
                    memory.getOrDefault("anon", 0L),
                    memory.getOrDefault("pgfault", 0L),
                    memory.getOrDefault("pgmajfault", 0L),
                    number(folder.tryRead("memory.max")),
                    number(folder.tryRead("memory.swap.current")),
                    number(folder.tryRead("memory.swap.max")),
                    number(folder.tryRead("pids.current")),
                    Pressure.parse(folder.tryRead("cpu.pressure")),
                    Pressure.parse(folder.tryRead("memory.pressure")),
                    Pressure.parse(folder.tryRead("io.pressure")));
        }
    }

    private CgroupUsage v1(String cgroup) throws ErrnoException {
        long cpu = number(file("cpuacct", cgroup, "cpuacct.usage")).orElse(0);
        var memory = pairs(file("memory", cgroup, "memory.stat"));
        long usage = number(file("memory", cgroup, "memory.usage_in_bytes")).orElse(0);
        var withSwap = number(file("memory", cgroup, "memory.memsw.usage_in_bytes"));
        return new CgroupUsage(
                cpu,
                usage,
                Math.max(0, usage - memory.getOrDefault("total_inactive_file", 0L)),
                memory.getOrDefault("total_rss", 0L),
                memory.getOrDefault("total_pgfault", 0L),
                memory.getOrDefault("total_pgmajfault", 0L),
                limited(number(file("memory", cgroup, "memory.limit_in_bytes"))),
                withSwap.isPresent()
                        ? OptionalLong.of(Math.max(0, withSwap.getAsLong() - usage))
                        : OptionalLong.empty(),
                OptionalLong.empty(),
                number(file("pids", cgroup, "pids.current")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private Optional<String> file(String controller, String cgroup, String name) throws ErrnoException {
        var hierarchy = tree.with(controller);
        if (hierarchy.isEmpty()) {
            return Optional.empty();
        }
        try (var folder = CgroupFolder.open(hierarchy.get().folder(cgroup))) {
            return folder.tryRead(name);
        }
    }

    private static OptionalLong limited(OptionalLong limit) {
        return limit.isPresent() && limit.getAsLong() < NO_LIMIT ? limit : OptionalLong.empty();
    }

    /// `max` and what is absent are no number.
    private static OptionalLong number(Optional<String> text) {
        return text.map(String::strip)
                .filter(digits -> digits.matches("\\d{1,19}"))
                .map(digits -> OptionalLong.of(Long.parseUnsignedLong(digits)))
                .orElse(OptionalLong.empty());
    }

    private static Map<String, Long> pairs(Optional<String> text) {
        var pairs = new HashMap<String, Long>();
        text.stream().flatMap(String::lines).forEach(line -> {
            int space = line.indexOf(' ');
            if (space > 0 && line.substring(space + 1).matches("\\d{1,19}")) {
                pairs.put(line.substring(0, space), Long.parseUnsignedLong(line.substring(space + 1)));
            }
        });
        return pairs;
    }
}
