package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// The command with real containers, where what it inherits matters.
class CommandTest extends ContainerTest {
    private Path bundle(String id, UnaryOperator<Spec> change, String... args) throws Exception {
        Path bundle = Files.createDirectories(box.folder.resolve("bundle-" + id));
        Files.write(bundle.resolve("config.json"), new SpecWriter().write(change.apply(box.spec(id, args))));
        return bundle;
    }

    private OwnCommand.Result run(List<String> before, Path bundle, String id, String... options) throws Exception {
        var arguments = new ArrayList<>(
                List.of("--root", box.folder.resolve("state").toString(), "run", "--bundle", bundle.toString()));
        arguments.addAll(List.of(options));
        arguments.add(id);
        return new OwnCommand(before, box.folder.resolve(id + ".out")).run(arguments.toArray(String[]::new));
    }

    /// The setting belongs to a pid namespace (Linux 6.3), so to one of the test's own here.
    @Test
    void initRunsWhereMemfdsMayNotBeExecuted() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/proc/sys/vm/memfd_noexec")), "this kernel has no vm.memfd_noexec (Linux 6.3)");
        String id = box.id("noexec");
        var before = List.of(
                "unshare",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-ec",
                "echo 2 >/proc/sys/vm/memfd_noexec; cat /proc/sys/vm/memfd_noexec; exec \"$@\"",
                "sh");
        var result = run(before, bundle(id, s -> s, "echo", "ran"), id);
        assertEquals(new OwnCommand.Result("2\nran\n", 0), result);
        try (var files = Files.list(box.folder.resolve("state"))) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void descriptorsAreKeptWhenAskedFor() throws Exception {
        String id = box.id("kept");
        Path file = Files.writeString(box.folder.resolve("given"), "from 3\n");
        var before = List.of("sh", "-c", "exec 3<" + file + " 4>&1; exec \"$@\"", "sh");
        String script = "cat <&3; echo to 4 >&4; for n in /proc/self/fd/*; do echo ${n##*/}; done";
        var result = run(before, bundle(id, s -> s, "sh", "-c", script), id, "--preserve-fds", "2");
        // the folder itself is open too while it is read
        assertTrue(result.out().startsWith("from 3\nto 4\n0\n1\n2\n3\n4\n"), result.out());
        assertTrue(result.out().lines().count() <= 8, result.out());
        assertEquals(0, result.code());
        var missing = run(before, bundle(id, s -> s, "true"), id, "--preserve-fds", "3");
        assertEquals(1, missing.code());
        assertTrue(missing.out().startsWith("--preserve-fds: 3: descriptor 5 "), missing.out());
    }

    @Test
    void socketsOfSystemdArePassedOn() throws Exception {
        String id = box.id("listens");
        Path file = Files.writeString(box.folder.resolve("socket"), "the socket\n");
        String start = "exec 3<" + file + " 4<" + file + "; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"";
        var bundle =
                bundle(id, s -> s, "sh", "-c", "echo $LISTEN_FDS $LISTEN_PID $$; cat <&3; test -e /proc/self/fd/4");
        var result = run(List.of("sh", "-c", start, "sh"), bundle, id);
        assertEquals(new OwnCommand.Result("1 1 1\nthe socket\n", 1), result);
    }

    @Test
    void rootIsChangedWithoutPivotWhenAskedFor() throws Exception {
        String id = box.id("moved");
        var bundle = bundle(
                id,
                s -> s.with(x -> x.root = new Root(box.rootfs.toString(), true)),
                "sh",
                "-c",
                "ls -d /bin /proc/1; touch /x; ls /..");
        var result = run(List.of(), bundle, id, "--no-pivot");
        assertTrue(result.out().contains("/bin\n/proc/1\n"), result.out());
        assertTrue(result.out().contains("touch: /x: Read-only file system"), result.out());
        assertTrue(result.out().endsWith("bin\ndev\netc\nproc\nsys\ntmp\n"), result.out());
        assertTrue(Files.exists(Path.of("/proc/self/mounts")), "the host keeps its proc");
    }

    @Test
    void sessionKeyringIsTheCallersWhenAskedFor() throws Exception {
        String script = "grep -c . /proc/keys; grep _ses /proc/keys";
        UnaryOperator<Spec> open = open();
        String id = box.id("keys");
        String own = run(List.of(), bundle(id, open, "sh", "-c", script), id).out();
        assumeTrue(!own.contains("No such file"), "this kernel has no /proc/keys");
        assertTrue(own.contains("_ses." + id), own);
        String same = run(List.of(), bundle(id, open, "sh", "-c", script), id, "--no-new-keyring")
                .out();
        assertTrue(!same.contains("_ses." + id), same);
    }
}
