package io.crij.e2e;

import io.crij.linux.systemd.UnitName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What of a node's pods can be seen on the machine: processes, mounts, namespaces, cgroups, network interfaces,
/// firewall rules, address leases, files. Only what carries the node's name or lies in its folders or network, since
/// other nodes may run on the same machine.
public record Traces(Set<String> facts) {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Path NAMED_NAMESPACES = Path.of("/run/netns");
    private static final int SHORT_ID = 12;
    private static final Duration SETTLE = Duration.ofSeconds(20);

    /// @param made ids of the pods and containers that the node has made
    static Traces of(Place place, Set<String> made) {
        var facts = new TreeSet<String>();
        facts.addAll(processes(place, made));
        facts.addAll(mounts(place, made));
        facts.addAll(namespaces(made));
        cgroups(place).forEach(c -> facts.add("cgroup " + c));
        facts.addAll(network(place));
        facts.addAll(files(place));
        return new Traces(facts);
    }

    /// Waits until nothing is there that was not there before; the kernel ends some things a little later.
    public static void assertNothingNew(Node node, Traces before) {
        Waiting.until(
                "nothing of the pod is left",
                SETTLE,
                () -> node.traces().newSince(before).isEmpty(),
                () -> "Left behind:\n  " + String.join("\n  ", node.traces().newSince(before)) + "\n"
                        + node.server().logs());
    }

    Set<String> newSince(Traces before) {
        return facts.stream().filter(f -> !before.facts.contains(f)).collect(Collectors.toCollection(TreeSet::new));
    }

    /// Removes the cgroup parent that the node's name belongs to.
    static void clearCgroups(Place place) {
        for (var folder : cgroupFolders(place)) {
            try {
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                throw new UncheckedIOException("a cgroup is still in use", e);
            }
        }
    }

    private static Set<String> processes(Place place, Set<String> made) {
        var found = new TreeSet<String>();
        for (var process :
                list(Path.of("/proc"), p -> p.getFileName().toString().matches("\\d+"))) {
            var cgroup = text(process.resolve("cgroup"));
            var commandLine =
                    text(process.resolve("cmdline")).replace('\0', ' ').strip();
            // a zombie has no command line; the one that must reap it does so later
            if (!commandLine.isEmpty()
                    && (cgroup.contains(place.name())
                            || isShim(commandLine, made)
                            || commandLine.contains(place.name()) && !isDaemon(commandLine))) {
                found.add("process " + process.getFileName() + " " + commandLine);
            }
        }
        return found;
    }

    /// Processes of the node's pods and containers.
    static List<Long> pids(Place place, Set<String> made) {
        return processes(place, made).stream()
                .map(fact -> Long.valueOf(fact.split(" ")[1]))
                .toList();
    }

    /// On cgroup version 1 the shims are in the cgroup of the one that started them.
    private static boolean isShim(String commandLine, Set<String> made) {
        return commandLine.startsWith("crij-shim ") && names(commandLine, made);
    }

    /// Mount points in the state folder of the node, in the order of their making.
    static List<String> mountPoints(Place place) {
        return text(Path.of("/proc/self/mountinfo"))
                .lines()
                .map(line -> line.split(" ")[4])
                .filter(point -> point.startsWith(place.state() + "/"))
                .toList();
    }

    /// Does a process of the node's pods run with this command line?
    public static boolean isRunning(Place place, String commandLine) {
        return processes(place, Set.of()).stream().anyMatch(p -> p.endsWith(commandLine));
    }

    private static boolean isDaemon(String commandLine) {
        return Stream.of(" serve ", "conmon-j", "containerd", "docker-registry", "LoopbackRelay")
                .anyMatch(commandLine::contains);
    }

    private static Set<String> mounts(Place place, Set<String> pods) {
        var found = new TreeSet<String>();
        var namespace = place.mounts();
        var table = namespace == null
                ? text(Path.of("/proc/self/mountinfo")).lines().toList()
                : namespace.table();
        for (var line : table) {
            var point = line.split(" ")[4];
            if ((line.contains(place.name()) || names(point, pods)) && !point.equals("/run/netns/" + place.name())) {
                found.add("mount " + point);
            }
        }
        return found;
    }

    private static Set<String> namespaces(Set<String> pods) {
        return list(NAMED_NAMESPACES, p -> names(p.toString(), pods)).stream()
                .map(p -> "network namespace " + p)
                .collect(Collectors.toSet());
    }

    /// Names hold a short form of the id.
    private static boolean names(String path, Set<String> pods) {
        return pods.stream().anyMatch(pod -> path.contains(pod.substring(0, SHORT_ID)));
    }

    private static List<Path> cgroupFolders(Place place) {
        var found = new ArrayList<Path>();
        for (var hierarchy : list(CGROUPS, Files::isDirectory)) {
            var parent = hierarchy.resolve(place.name());
            if (Files.isDirectory(parent)) {
                found.addAll(walk(parent, Files::isDirectory));
            }
        }
        var unified = Place.cgroupDriver().equals("systemd")
                ? Path.of(CGROUPS + UnitName.pathOfSlice(place.cgroupParent()))
                : CGROUPS.resolve(place.name());
        if (Files.isDirectory(unified)) {
            found.addAll(walk(unified, Files::isDirectory));
        }
        found.sort(Comparator.comparing((Path p) -> p.getNameCount()).reversed());
        return found;
    }

    private static List<String> cgroups(Place place) {
        return cgroupFolders(place).stream()
                .filter(folder -> !folder.getFileName().toString().equals(place.name())
                        && !folder.getFileName().toString().equals(place.cgroupParent()))
                .map(Path::toString)
                .toList();
    }

    private static Set<String> network(Place place) {
        var found = new TreeSet<String>();
        var name = place.network().name();
        for (var line :
                Shell.must("ip", "-n", name, "-o", "link", "show").lines().toList()) {
            var link = line.split(": ")[1].replaceFirst("@.*", "");
            if (link.startsWith("veth")) {
                found.add("interface " + link);
            }
        }
        var rules = Shell.run(place.network().inside(List.of("iptables-save")));
        rules.output().lines().filter(line -> line.startsWith("-A")).forEach(line -> found.add("rule " + line));
        return found;
    }

    private static Set<String> files(Place place) {
        var found = new TreeSet<String>();
        for (var folder : List.of(place.state(), place.data(), place.leases())) {
            if (Files.isDirectory(folder)) {
                walk(folder, p -> true).stream()
                        .map(Path::toString)
                        .filter(f -> !f.contains("last_reserved_ip") && !f.endsWith("/lock"))
                        .forEach(f -> found.add("file " + f));
            }
        }
        return found;
    }

    private static List<Path> list(Path folder, Predicate<Path> filter) {
        try (var files = Files.list(folder)) {
            return files.filter(filter).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /// Files come and go while this looks.
    private static List<Path> walk(Path folder, Predicate<Path> filter) {
        var found = new ArrayList<Path>();
        if (filter.test(folder)) {
            found.add(folder);
        }
        for (var each : list(folder, p -> true)) {
            if (Files.isDirectory(each, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                found.addAll(walk(each, filter));
            } else if (filter.test(each)) {
                found.add(each);
            }
        }
        return found;
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
