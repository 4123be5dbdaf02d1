package io.crij.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFilesTest {
    @TempDir
    Path folder;

    private Path main;
    private Path dropIns;

    @BeforeEach
    void folders() throws IOException {
        main = folder.resolve("crij.toml");
        dropIns = Files.createDirectory(folder.resolve("crij.conf.d"));
    }

    @Test
    void noFilesGiveTheDefaults() throws Exception {
        assertEquals(Config.DEFAULT, new ConfigFiles(main, folder.resolve("absent")).read(Map.of()));
    }

    @Test
    void aNamedFileMustExist() throws Exception {
        var refused = assertThrows(ConfigException.Missing.class, () -> ConfigFiles.named(main));
        assertEquals(
                "Tried to read the configuration " + main + " but there is no such file; correct --config, or leave it"
                        + " out: /etc/crij/crij.toml may be absent",
                refused.getMessage());
        Files.writeString(main, "");
        assertEquals(new ConfigFiles(main, dropIns), ConfigFiles.named(main));
    }

    @Test
    void laterFilesAndFlagsWinKeyByKey() throws Exception {
        Files.writeString(main, "[server]\nsocket = \"/a/main.sock\"\nstate = \"/a/state\"\n[log]\nlevel = \"warn\"\n");
        Files.writeString(dropIns.resolve("20-b.toml"), "log.level = \"error\"\n");
        Files.writeString(
                dropIns.resolve("10-a.toml"), "[server]\nsocket = \"/a/10.sock\"\n[log]\nlevel = \"debug\"\n");
        Files.writeString(dropIns.resolve("99.conf"), "not = \"read\"");
        var config = read(Map.of("--data", "server.data = \"/a/data\""));
        assertEquals(Path.of("/a/10.sock"), config.server().socket());
        assertEquals(Path.of("/a/state"), config.server().state());
        assertEquals(Path.of("/a/data"), config.server().data());
        assertEquals(Config.Log.Level.ERROR, config.log().level());
    }

    @Test
    void everyTypeIsRead() throws Exception {
        Files.writeString(main, """
                [server]
                max_request_size = "4MiB"
                [monitor]
                command = ["/opt/conmon-j", "--x"]
                start_timeout = "1m30s"
                [runtime]
                sysctls = { "net.ipv4.ip_forward" = "1" }
                [runtimes.other]
                privileged_without_host_devices = true
                [containers]
                pids_limit = 100
                reject_absent_mount_sources = ["/etc/hostname"]
                [containers.ulimits]
                nofile = "1024:2048"
                [images]
                parallel_downloads = 7
                """);
        var config = read(Map.of());
        assertEquals(4 << 20, config.server().maxRequestSize().bytes());
        assertEquals(List.of("/opt/conmon-j", "--x"), config.monitor().command());
        assertEquals(Duration.ofSeconds(90), config.monitor().startTimeout());
        assertEquals("1", config.runtime().sysctls().get("net.ipv4.ip_forward"));
        assertEquals("0", config.runtime().sysctls().get("net.ipv4.ip_unprivileged_port_start"));
        assertTrue(config.runtimes().get("other").privilegedWithoutHostDevices());
        assertEquals(Config.Handler.DEFAULT, config.runtimes().get("crij"));
        assertEquals(List.of(Path.of("/etc/hostname")), config.containers().rejectAbsentMountSources());
        assertEquals(new Ulimit("RLIMIT_NOFILE", 1024, 2048), Ulimit.parse("nofile", "1024:2048"));
        assertEquals(7, config.images().parallelDownloads());
    }

    @Test
    void unknownKeyNamesFileLineAndTheNearestKey() throws Exception {
        Files.writeString(main, "# a comment\n[server]\nstate = \"/s\"\nsoket = \"/x\"\n");
        var refused = assertThrows(ConfigException.UnknownKey.class, () -> read(Map.of()));
        assertEquals(Optional.of("server.socket"), refused.nearest());
        assertEquals(
                main + ":4: unknown key server.soket; did you mean server.socket? (crij config prints every key)",
                refused.getMessage());
    }

    @Test
    void keyInTheWrongTableIsFoundInTheOther() throws Exception {
        Files.writeString(main, "[images]\nshm_size = \"1m\"\n");
        var refused = assertThrows(ConfigException.UnknownKey.class, () -> read(Map.of()));
        assertEquals(Optional.of("runtime.shm_size"), refused.nearest());
    }

    @Test
    void unknownTableIsRefused() {
        assertMessage("[imagse]\n", ":1: unknown key imagse; did you mean images?");
        assertMessage("[runtimes.x]\nprogram = \"/usr/bin/runc\"\n", ":2: unknown key runtimes.x.program");
    }

    @Test
    void wrongTypeAndRangeNameFileLineKeyAndValue() {
        assertMessage("[log]\n\nlevel = 3\n", ":3: log.level = 3: expected a string");
        assertMessage(
                "[log]\nlevel = \"loud\"\n", ":2: log.level = \"loud\": must be one of: error, warn, info, debug");
        assertMessage(
                "[images]\nparallel_downloads = 0\n",
                ":2: images.parallel_downloads = 0: must be at least 1 and at most 64");
        assertMessage("[images]\nparallel_downloads = 99999999999\n", "at most 64");
        assertMessage("[images]\nparallel_downloads = \"4\"\n", "expected a whole number");
        assertMessage("[images]\nstall_timeout = \"fast\"\n", "not a duration such as 30s");
        assertMessage("[images]\nstall_timeout = \"5ms\"\n", "must be at least 1s");
        assertMessage("[images]\npinned = \"x\"\n", "expected a list");
        assertMessage("[server]\nmax_request_size = \"a lot\"\n", "not a size such as 64MiB");
        assertMessage("server = 1\n", ":1: server = 1: expected a table");
        assertMessage("[runtimes.a]\nprivileged_without_host_devices = \"no\"\n", "expected true or false");
    }

    @Test
    void linesAreFoundBehindValuesOfSeveralLines() {
        assertMessage("[images]\npinned = [\n  \"level = 1\", # ]\n]\n[log]\nlevel = 1\n", ":6: log.level");
        assertMessage("[runtime]\ncgroup_parent = \"\"\"\n[log]\n/a\"\"\"\nnope = 1\n", ":5: unknown key runtime.nope");
    }

    @Test
    void syntaxErrorNamesFileAndLine() {
        assertMessage("[log]\nlevel = \n", ":2: not valid TOML");
    }

    @Test
    void handlersAreCheckedWithTheReason() {
        assertMessage(
                "[runtimes.kata]\ntype = \"shim\"\n", ":2: runtimes.kata.type = \"shim\": must be one of: builtin");
        assertMessage("[runtimes.runc]\npath = \"/usr/bin/runc\"\n", "set type = \"oci\" or \"shim-v2\" too");
        assertMessage(
                "[runtimes.runc]\ntype = \"oci\"\npath = \"bin/runc\"\n",
                "absolute path, or a name to look for in PATH");
        assertMessage(
                "[runtimes.runc]\ntype = \"oci\"\noptions = [\"--network\", \"host\"]\n",
                "write an option and its value as one word");
        assertMessage(
                "[runtimes.kata]\ntype = \"oci\"\nallowed_annotations = [\"io.*.katacontainers\"]\n",
                "the beginning of one with * at its end");
        assertMessage("[runtimes.runc]\ntype = \"oci\"\ntimeout = \"1ms\"\n", "must be at least 1s");
        assertMessage("[runtimes.Runc]\ntype = \"oci\"\n", "a RuntimeClass cannot name such a handler");
        assertMessage("[runtime]\ndefault_handler = \"crjj\"\n", "did you mean crij?");
    }

    @Test
    void rulesBetweenValues() {
        assertMessage("[server]\nstate = \"run\"\n", "must be an absolute path");
        assertMessage("[runtime]\ncgroup_parent = \"/\"\n", "below the cgroup root");
        assertMessage("[runtime]\ncgroup_parent = \"/a.slice\"\n", "no slash");
        assertMessage("[runtime]\ncgroup_parent = \"crij\"\n", "or a slice as crij.slice");
        assertMessage(
                "[runtime]\ncgroup_driver = \"cgroupfs\"\ncgroup_parent = \"a.slice\"\n",
                ":3: runtime.cgroup_parent = \"a.slice\": a slice needs the systemd driver");
        assertMessage(
                "[runtime]\ncgroup_driver = \"systemd\"\ncgroup_parent = \"/a\"\n", "cgroup_driver = \"cgroupfs\"");
        assertMessage("[containers]\nulimits = { nofil = \"1\" }\n", "did you mean nofile?");
        assertMessage("[containers]\nulimits = { nofile = \"2:1\" }\n", "the soft limit is above the hard one");
        assertMessage(
                "[containers]\n\ncapabilities = [\"CHOWN\", \"NOPE\"]\n",
                ":3: containers.capabilities = \"NOPE\": not the name of a capability");
        assertMessage("[containers]\ncapabilities = [\"CAP_NET_BIND\"]\n", "as NET_BIND_SERVICE");
        assertMessage("[containers]\ncapabilities = [\"CAP_SYS_ADMN\"]\n", "did you mean SYS_ADMIN?");
        assertMessage("[containers]\ncapabilities = [\"ALL\"]\n", "is for requests");
        assertMessage("[containers]\nenv = { \"A=B\" = \"1\" }\n", "not the name of an environment variable");
    }

    @Test
    void flagIsNamedWhenItsValueIsWrong() {
        var refused = assertThrows(ConfigException.class, () -> read(Map.of("--log-level", "log.level = \"loud\"")));
        assertTrue(refused.getMessage().startsWith("--log-level: log.level"), refused.getMessage());
    }

    private void assertMessage(String text, String part) {
        var refused = assertThrows(ConfigException.class, () -> {
            Files.writeString(main, text);
            read(Map.of());
        });
        assertTrue(refused.getMessage().startsWith(main.toString()), refused.getMessage());
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    private Config read(Map<String, String> overrides) throws ConfigException {
        return new ConfigFiles(main, dropIns).read(overrides);
    }
}
