package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The command in the hands of a user who is not root: with a folder, a bundle and the command's classes that this user
/// can read.
final class OrdinaryUserTest extends ContainerTest {
    /// `daemon` of every /etc/passwd: newuidmap wants a user with a name.
    private static final int USER = 1;

    private static final String LAST_OWN = "65536";

    private Path home;
    private Path bundle;
    private String classPath;
    private Optional<Path> delegated = Optional.empty();

    @BeforeEach
    void makeHome() throws Exception {
        assumeTrue(OrdinaryUser.forbids(Path.of("/proc/sys")).isEmpty(), "this kernel is not to let users do that");
        home = Files.createDirectories(box.folder.resolve("home"));
        bundle = Files.createDirectories(home.resolve("bundle"));
        copy(box.rootfs, bundle.resolve("rootfs"));
        classPath = classPath(Files.createDirectories(home.resolve("classes")));
        shell("chmod 755 " + box.folder + " && chown -R " + USER + ":" + USER + " " + home);
        assertEquals(new OwnCommand.Result("", 0), user("spec", "--rootless", "--bundle", bundle.toString()));
    }

    @AfterEach
    void removeDelegated() throws Exception {
        if (delegated.isPresent()) {
            // what a test that failed has left, too
            Path group = delegated.get();
            shell("echo 1 >" + group + "/cgroup.kill; while grep -q 1 " + group + "/cgroup.events; do sleep 0.1; done");
            CgroupFolder.removeTree(group.toString());
        }
    }

    private static void shell(String script) throws Exception {
        Process sh = new ProcessBuilder("sh", "-ec", script).inheritIO().start();
        assertEquals(0, sh.waitFor(), script);
    }

    private static void copy(Path from, Path to) throws Exception {
        shell("cp -a " + from + " " + to);
    }

    /// The tests' own may lie where root alone can look.
    private static String classPath(Path folder) throws Exception {
        var places = new ArrayList<String>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String name = entry.replaceAll(".*/", "");
            boolean ours = entry.endsWith("/classes") && Files.exists(Path.of(entry));
            if (ours || name.matches("(crij-linux|jackson-core|jffi|picocli)-[0-9].*\\.jar")) {
                Path place = folder.resolve(places.size() + (ours ? "" : ".jar"));
                copy(Path.of(entry), place);
                places.add(place.toString());
            }
        }
        return String.join(File.pathSeparator, places);
    }

    private OwnCommand command(List<String> before, String name) {
        var all = new ArrayList<>(before);
        all.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
        all.addAll(List.of("env", "XDG_RUNTIME_DIR=" + home.resolve("run")));
        return new OwnCommand(all, box.folder.resolve(name + ".out"), classPath);
    }

    private OwnCommand.Result user(String... arguments) throws IOException, InterruptedException {
        return command(List.of(), "user").run(arguments);
    }

    /// The template with a command, and another change.
    private void config(String command, String... replace) throws Exception {
        Path file = bundle.resolve("config.json");
        String json = Files.readString(file)
                .replace("\"terminal\" : true", "\"terminal\" : false")
                .replaceFirst("\"args\" : \\[[^]]*]", "\"args\" : [ \"sh\", \"-c\", \"" + command + "\" ]");
        for (int i = 0; i < replace.length; i += 2) {
            assertTrue(json.contains(replace[i]), json);
            json = json.replace(replace[i], replace[i + 1]);
        }
        Files.writeString(file, json);
    }

    private OwnCommand.Result run(String id) throws Exception {
        return user("run", "--bundle", bundle.toString(), id);
    }

    private void nothingIsLeft() throws Exception {
        Path state = home.resolve("run/oci-exec");
        if (Files.exists(state)) {
            try (Stream<Path> left = Files.list(state)) {
                assertEquals(List.of(), left.toList());
            }
        }
    }

    @Test
    void runsAsRootOfANamespaceOfItsOwn() throws Exception {
        config("id -u; cat /proc/self/uid_map; hostname; echo >/dev/null; touch /tmp/x || echo read-only; exit 7");
        var result = run(box.id("rootless"));
        assertEquals(7, result.code(), result.out());
        String words = result.out().replaceAll("\\s+", " ");
        assertTrue(words.startsWith("0 0 " + USER + " 1 oci-exec touch:"), result.out());
        assertTrue(words.endsWith("read-only "), result.out());
        nothingIsLeft();
    }

    @Test
    void verbsOneAfterTheOther() throws Exception {
        String id = box.id("verbs");
        config("exec sleep 1000");
        assertEquals(new OwnCommand.Result("", 0), user("create", "--bundle", bundle.toString(), id));
        assertTrue(user("state", id).out().contains("\"status\" : \"created\""));
        assertEquals(new OwnCommand.Result("", 0), user("start", id));
        assertTrue(user("state", id).out().contains("\"status\" : \"running\""));
        assertEquals(new OwnCommand.Result(id + "\n", 0), user("list", "--quiet"));
        var exec = user("exec", id, "sh", "-c", "id -u; hostname; kill -0 1; exit 3");
        assertEquals(new OwnCommand.Result("0\noci-exec\n", 3), exec);
        var pause = user("pause", id);
        assertEquals(new OwnCommand.Result("container " + id + " has no cgroup\n", 1), pause);
        assertEquals(new OwnCommand.Result("", 0), user("kill", id, "KILL"));
        assertEquals(new OwnCommand.Result("", 0), user("delete", "--force", id));
        nothingIsLeft();
    }

    @Test
    void terminalsWork() throws Exception {
        String id = box.id("terminal");
        config("test -t 0 && tty", "\"terminal\" : false", "\"terminal\" : true");
        assertEquals(new OwnCommand.Result("/dev/pts/0\r\n", 0), run(id));
        nothingIsLeft();
    }

    @Test
    void moreIdsAreMappedByTheProgramsForIt() throws Exception {
        Path sub = Files.writeString(box.folder.resolve("sub"), "daemon:300000:" + LAST_OWN + "\n");
        assumeTrue(Files.exists(Path.of("/usr/bin/newuidmap")), "no newuidmap here (package uidmap)");
        String own = "{\n      \"containerID\" : 0,\n      \"hostID\" : " + USER + ",\n      \"size\" : 1\n    }";
        String more = own + ", {\"containerID\": 1, \"hostID\": 300000, \"size\": 1000}";
        config(
                "id; wc -l /proc/self/uid_map /proc/self/gid_map",
                own,
                more,
                "\"user\" : {",
                "\"user\" : { \"additionalGids\" : [ 7 ],",
                "\"uid\" : 0",
                "\"uid\" : 5");
        String mounts = "mount --bind " + sub + " /etc/subuid; mount --bind " + sub + " /etc/subgid; exec \"$@\"";
        var result = command(List.of("unshare", "--mount", "sh", "-ec", mounts, "sh"), "more")
                .run("run", "--bundle", bundle.toString(), box.id("more"));
        assertEquals(0, result.code(), result.out());
        assertTrue(result.out().startsWith("uid=5 gid=0 groups=7\n"), result.out());
        assertTrue(result.out().contains("2 /proc/self/gid_map"), result.out());
        // they are not this user's without those files
        var refused = run(box.id("refused"));
        assertEquals(1, refused.code());
        assertTrue(refused.out().contains("/etc/subuid"), refused.out());
        nothingIsLeft();
    }

    @Test
    void whatNeedsRootIsRefusedWithTheReason() throws Exception {
        config("true", "\"linux\" : {", "\"linux\" : { \"resources\" : { \"pids\" : { \"limit\" : 5 } },");
        var limits = run(box.id("limits"));
        assertEquals(1, limits.code());
        assertTrue(limits.out().startsWith("linux.resources: limits need a cgroup"), limits.out());
        config("true", "\"pids\" : { \"limit\" : 5 }", "", "\"type\" : \"user\"", "\"type\" : \"network\"");
        var namespace = run(box.id("namespace"));
        assertEquals(1, namespace.code());
        assertTrue(namespace.out().contains("user namespace"), namespace.out());
        nothingIsLeft();
    }

    /// A group that is this user's, with two controllers, and another in it that the user's processes are in.
    private Path delegate() throws Exception {
        assumeTrue(CgroupTree.detect().mode() == CgroupTree.Mode.V2, "needs pure cgroup v2");
        Path group = Path.of("/sys/fs/cgroup", box.cgroups());
        delegated = Optional.of(group);
        shell("mkdir -p " + group + "/own && cd " + group + " && echo +memory +pids >cgroup.subtree_control"
                + " && chown " + USER + " . cgroup.procs cgroup.subtree_control cgroup.threads"
                + " own own/cgroup.procs own/cgroup.subtree_control own/cgroup.threads");
        return group;
    }

    private OwnCommand.Result inside(Path group, String... arguments) throws Exception {
        String enter = "echo $$ >" + group + "/own/cgroup.procs; exec \"$@\"";
        return command(List.of("sh", "-ec", enter, "sh"), "inside").run(arguments);
    }

    @Test
    void limitsHoldInADelegatedGroup() throws Exception {
        Path group = delegate();
        String id = box.id("limited");
        config(
                "exec sleep 1000",
                "\"linux\" : {",
                "\"linux\" : { \"cgroupsPath\" : \"/" + group.getFileName() + "/one\", \"resources\" : {"
                        + " \"pids\" : { \"limit\" : 7 }, \"memory\" : { \"limit\" : 67108864 } },");
        Path container = group.resolve("one/container");
        var done = new OwnCommand.Result("", 0);
        assertEquals(done, inside(group, "create", "--bundle", bundle.toString(), id));
        assertEquals("7", Files.readString(container.resolve("pids.max")).strip());
        assertEquals(
                "67108864", Files.readString(container.resolve("memory.max")).strip());
        assertEquals(done, inside(group, "start", id));
        assertEquals(new OwnCommand.Result("0::/\n", 0), inside(group, "exec", id, "cat", "/proc/self/cgroup"));
        assertEquals(done, inside(group, "pause", id));
        assertTrue(inside(group, "state", id).out().contains("\"status\" : \"paused\""));
        assertEquals(done, inside(group, "resume", id));
        assertEquals(done, inside(group, "update", "--pids-limit", "9", id));
        assertEquals("9", Files.readString(container.resolve("pids.max")).strip());
        assertTrue(inside(group, "events", "--stats", id).out().contains("\"limit\":9"));
        assertTrue(inside(group, "ps", id).out().contains("sleep"));
        assertEquals(done, inside(group, "delete", "--force", id));
        assertTrue(Files.notExists(group.resolve("one")));
        nothingIsLeft();
    }

    @Test
    void withoutAPathTheGroupIsBelowTheOwn() throws Exception {
        Path group = delegate();
        String id = box.id("below");
        config("exec sleep 1000");
        var done = new OwnCommand.Result("", 0);
        assertEquals(done, inside(group, "run", "--detach", "--bundle", bundle.toString(), id));
        assertTrue(Files.exists(group.resolve("own/oci-exec-" + id)));
        assertEquals(done, inside(group, "pause", id));
        assertEquals(done, inside(group, "delete", "--force", id));
        assertTrue(Files.notExists(group.resolve("own/oci-exec-" + id)));
        // and where there is none, there is none
        assertEquals(done, user("run", "--detach", "--bundle", bundle.toString(), id));
        assertEquals(new OwnCommand.Result("container " + id + " has no cgroup\n", 1), user("pause", id));
        assertEquals(done, user("delete", "--force", id));
        nothingIsLeft();
    }

    @Test
    void whatIsNotDelegatedIsRefusedWithTheReason() throws Exception {
        Path group = delegate();
        String limit = "\"resources\" : { \"pids\" : { \"limit\" : 7 } }";
        String elsewhere = "\"cgroupsPath\" : \"/elsewhere/one\"";
        config("true", "\"linux\" : {", "\"linux\" : { " + limit + ",");
        var processes = inside(group, "run", "--bundle", bundle.toString(), box.id("processes"));
        assertEquals(1, processes.code());
        assertTrue(
                processes.out().contains("/own has processes, so it cannot pass the pids controller on"),
                processes.out());
        config("true", limit, "\"resources\" : { \"cpu\" : { \"shares\" : 7 } }");
        var controller = inside(group, "run", "--bundle", bundle.toString(), box.id("controller"));
        assertTrue(controller.out().contains("has no cpu controller (it has: memory, pids)"), controller.out());
        config("true", "\"resources\" : { \"cpu\" : { \"shares\" : 7 } }", elsewhere);
        var place = inside(group, "run", "--bundle", bundle.toString(), box.id("place"));
        assertTrue(
                place.out().startsWith("linux.cgroupsPath: /elsewhere/one: /sys/fs/cgroup is not this user's"),
                place.out());
        nothingIsLeft();
    }

    @Test
    void folderThatIsNotTheUsersIsRefused() throws Exception {
        config("true");
        Path roots = box.folder.resolve("roots");
        var result = user("--root", roots.toString(), "run", "--bundle", bundle.toString(), box.id("roots"));
        assertEquals(1, result.code());
        assertTrue(result.out().startsWith("--root: " + roots + ": cannot be made a folder"), result.out());
        assertTrue(result.out().contains("XDG_RUNTIME_DIR"), result.out());
    }

    @Test
    void settingsThatForbidItAreNamed() throws Exception {
        Path settings = Files.createDirectories(box.folder.resolve("settings"));
        assertEquals(Optional.empty(), OrdinaryUser.forbids(settings));
        Files.createDirectories(settings.resolve("user"));
        Path most = settings.resolve("user/max_user_namespaces");
        Files.writeString(most, "1000\n");
        assertEquals(Optional.empty(), OrdinaryUser.forbids(settings));
        Files.writeString(most, "0\n");
        assertEquals(Optional.of("user.max_user_namespaces is 0"), OrdinaryUser.forbids(settings));
    }
}
