package io.crij.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Which level of x86-64 the processor has (x86-64 psABI, "Micro-Architecture Levels"), as images name it: `v2` to
/// `v4`,
/// empty for the base level.
final class CpuLevel {
    /// What each level adds, in the words of `/proc/cpuinfo`, from v2 on.
    private static final List<Set<String>> ADDED = List.of(
            Set.of("cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"),
            Set.of("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"),
            Set.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"));

    private CpuLevel() {}

    static String ofThisMachine() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return of(lines.filter(it -> it.startsWith("flags"))
                    .findFirst()
                    .map(it -> Set.copyOf(
                            List.of(it.replaceFirst("^[^:]*:", "").strip().split("\\s+"))))
                    .orElse(Set.of()));
        } catch (IOException e) {
            return "";
        }
    }

    static String of(Set<String> flags) {
        int level = 1;
        while (level <= ADDED.size() && flags.containsAll(ADDED.get(level - 1))) {
            level++;
        }
        return level == 1 ? "" : "v" + level;
    }
}
