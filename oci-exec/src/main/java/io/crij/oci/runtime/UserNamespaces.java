package io.crij.oci.runtime;

import io.crij.linux.ChildExit;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.CloneFlags;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.program.Arch;
import io.crij.oci.program.Call;
import io.crij.oci.program.Init;
import io.crij.oci.program.Operand;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.IdMapping;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// User namespaces that nobody lives in, one for each mapping: idmapped mounts take their mapping from one.
/// Thread-safe.
final class UserNamespaces implements AutoCloseable {
    private static final int MOST_KEPT = 64;
    private static final int REPORT = 3;
    private static final int GO = 4;
    private static final int PROGRAM = 5;

    private final Init init;
    private final Map<Mapping, Fd> known = new LinkedHashMap<>();

    private record Mapping(List<IdMapping> uids, List<IdMapping> gids) {}

    UserNamespaces(Init init) {
        this.init = init;
    }

    /// A descriptor of the namespace with these mappings. Stays ours, and open until 64 others were asked for.
    synchronized Fd of(List<IdMapping> uids, List<IdMapping> gids) throws ErrnoException {
        var mapping = new Mapping(uids, gids);
        Fd found = known.remove(mapping);
        if (found == null) {
            found = make(mapping);
        }
        known.put(mapping, found);
        if (known.size() > MOST_KEPT) {
            var oldest = known.entrySet().iterator();
            oldest.next().getValue().close();
            oldest.remove();
        }
        return found;
    }

    /// A process enters a new namespace and stays until its maps are written and it was opened.
    private Fd make(Mapping mapping) throws ErrnoException {
        var p = new ProgramBuilder(Arch.host(), REPORT);
        Operand user = Abi.flags(CloneFlags.CLONE_NEWUSER, "NEWUSER");
        p.call("make a user namespace", Call.UNSHARE, user);
        p.call("say so", Call.WRITE, Operand.of(REPORT), p.longs("{READY}", News.READY), Operand.of(News.SIZE));
        p.call("wait for its maps", Call.READ, Operand.of(GO), p.space(8, "byte"), Operand.of(1))
                .tolerateAll();
        p.call("end", Call.EXIT_GROUP, Abi.ZERO);
        try (Pipe report = Pipe.open();
                Pipe go = Pipe.open()) {
            int pid = init.start(p.build(), "crij-userns", Map.of(REPORT, report.writer(), GO, go.reader()), PROGRAM);
            try {
                report.writer().close();
                byte[] news = new byte[News.SIZE];
                if (report.reader().read(news) != News.SIZE || news[3] >= 0) {
                    throw new ErrnoException("unshare", news[4], "a user namespace");
                }
                map(pid, "gid_map", mapping.gids());
                map(pid, "uid_map", mapping.uids());
                return Fd.open("/proc/" + pid + "/ns/user", FileFlags.O_RDONLY);
            } finally {
                go.writer().close();
                ChildExit.await(pid);
            }
        }
    }

    private static void map(int pid, String file, List<IdMapping> mappings) throws ErrnoException {
        String lines = lines(mappings);
        try (Fd map = Fd.open("/proc/" + pid + "/" + file, FileFlags.O_WRONLY)) {
            map.write(lines.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /// As `uid_map` takes them (user_namespaces(7)).
    static String lines(List<IdMapping> mappings) {
        return mappings.stream()
                .map(m -> m.containerID() + " " + m.hostID() + " " + m.size() + "\n")
                .collect(Collectors.joining());
    }

    @Override
    public synchronized void close() {
        known.values().forEach(Fd::close);
        known.clear();
    }
}
