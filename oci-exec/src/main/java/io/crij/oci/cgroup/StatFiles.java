package io.crij.oci.cgroup;

import io.crij.oci.cgroup.CgroupStats.Counter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The files of one folder of a cgroup; numbers of files that are not there are 0.
///
/// @param folder empty: the host does not have this tree
record StatFiles(Optional<Path> folder) {
    Optional<String> text(String file) {
        return folder.flatMap(f -> Writes.tryRead(f.resolve(file)));
    }

    long number(String file) {
        return text(file).map(StatFiles::parse).orElse(0L);
    }

    /// Lines of a name and a number.
    Map<String, Long> table(String file) {
        Map<String, Long> table = new LinkedHashMap<>();
        text(file)
                .ifPresent(text -> text.lines().forEach(line -> {
                    int space = line.indexOf(' ');
                    if (space > 0) {
                        table.put(line.substring(0, space), parse(line.substring(space + 1)));
                    }
                }));
        return table;
    }

    /// Numbers in one line.
    List<Long> row(String file) {
        return text(file).map(CgroupHost::words).orElse(List.of()).stream()
                .map(StatFiles::parse)
                .toList();
    }

    /// Sizes of huge pages that this group counts, such as `2MB`.
    List<String> hugePages(String suffix) {
        List<String> sizes = new ArrayList<>();
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            return sizes;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.get(), "hugetlb.*" + suffix)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                String size = name.substring("hugetlb.".length(), name.length() - suffix.length());
                if (size.matches("[0-9]+[KMG]B")) {
                    sizes.add(size);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException _) {
            return List.of(); // the group has gone
        }
        return sizes;
    }

    Counter counter(String limit, String usage, String max, long failures) {
        return new Counter(number(limit), number(usage), number(max), failures);
    }

    /// Version 2 says `max` for no limit.
    private static long parse(String number) {
        try {
            return number.equals("max") ? CgroupStats.UNLIMITED : Long.parseUnsignedLong(number.strip());
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
