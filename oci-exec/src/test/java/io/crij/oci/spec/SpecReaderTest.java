package io.crij.oci.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpecReaderTest {
    private final SpecReader reader = new SpecReader();

    @Test
    void readsWhatEnginesWrite() throws Exception {
        Spec spec = spec("""
                {"ociVersion":"1.2.0","process":{"terminal":true,"consoleSize":{"height":24,"width":80},
                 "user":{"uid":4294967294,"gid":7,"umask":18,"additionalGids":[1,2]},"args":["sh","-c","id"],
                 "env":["A=b"],"cwd":"/","rlimits":[{"type":"RLIMIT_NOFILE","hard":18446744073709551615,"soft":1024}],
                 "ioPriority":{"class":"IOPRIO_CLASS_BE","priority":4},
                 "scheduler":{"policy":"SCHED_BATCH","nice":5,"flags":["SCHED_FLAG_RESET_ON_FORK"]},
                 "execCPUAffinity":{"initial":"0","final":"0-1"}},
                 "root":{"path":"rootfs","readonly":true},
                 "linux":{"namespaces":[{"type":"pid"},{"type":"network","path":"/run/netns/x"}],
                  "resources":{"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":-1}},
                  "timeOffsets":{"monotonic":{"secs":10}},
                  "seccomp":{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"syscalls":[
                   {"names":["personality"],"action":"SCMP_ACT_ALLOW",
                    "args":[{"index":0,"value":4294967295,"op":"SCMP_CMP_EQ"}]}]}}}""");
        Process process = spec.process();
        assertEquals(new Process.ConsoleSize(24, 80), process.consoleSize());
        assertEquals(4294967294L, process.user().uid());
        assertEquals(List.of(new Rlimit(Rlimit.Type.RLIMIT_NOFILE, 1024, Rlimit.INFINITY)), process.rlimits());
        assertEquals(2 << 13 | 4, process.ioPriority().value());
        assertEquals(1, process.scheduler().flagBits());
        assertEquals("0-1", process.execCPUAffinity().finalCpus());
        assertTrue(spec.linux().creates(Namespace.Type.PID));
        assertEquals("/run/netns/x", spec.linux().namespaces().get(1).path());
        assertEquals(-1, spec.linux().resources().memory().limit());
        assertNull(spec.linux().resources().memory().swap());
        assertEquals(LinuxResources.Cpu.NONE, spec.linux().resources().cpu());
        assertEquals(new Linux.TimeOffset(10, 0), spec.linux().timeOffsets().get("monotonic"));
        assertEquals(Hooks.NONE, spec.hooks());
    }

    @Test
    void ignoresUnknownProperties() throws Exception {
        assertEquals(Spec.EMPTY, spec("{\"ociVersion\":\"1.3.0\",\"windows\":{},\"linux\":{\"new\":[1]}}"));
    }

    @Test
    void takesNullForAbsent() throws Exception {
        assertEquals(
                Spec.EMPTY,
                spec("{\"ociVersion\":\"1.3.0\",\"process\":null,\"mounts\":null,\"linux\":{\"devices\":null}}"));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '^', textBlock = """
            {"root":{"path":"x"}}                                            ; $; ociVersion
            {"ociVersion":"2.0.0"}                                           ; ociVersion; "2.0.0"
            {"ociVersion":"1.0.0","process":{"cwd":"/","args":"sh"}}         ; process.args; "sh"
            {"ociVersion":"1.0.0","process":{"cwd":"/","args":["a",null]}}   ; process; null
            {"ociVersion":"1.0.0","process":{"cwd":"/","terminal":"yes"}}    ; process.terminal; "yes"
            {"ociVersion":"1.0.0","process":{"cwd":"/","user":{"uid":"0"}}}  ; process.user.uid; "0"
            {"ociVersion":"1.0.0","process":{"cwd":"/","user":{"uid":1.5}}}  ; process.user.uid; 1.5
            {"ociVersion":"1.0.0","mounts":[{"destination":"/a"},{}]}        ; mounts[1]; destination
            {"ociVersion":"1.0.0","linux":{"namespaces":[{"type":"nett"}]}}  ; linux.namespaces[0].type; network
            {"ociVersion":"1.0.0","process":{"cwd":"/","rlimits":[{"type":"RLIMIT_CPU","hard":-1}]}} ; process.rlimits[0].hard; -1
            {"ociVersion":"1.0.0"} x                                         ; $; JSON
            []                                                               ; $; []
            null                                                             ; $; null
            {"ociVersion":                                                   ; $; line 1""", delimiter = ';')
    void refusesWithPathValueAndReason(String json, String path, String said) {
        var refused = assertThrows(InvalidSpec.class, () -> spec(json));
        assertEquals(path, refused.path(), refused.getMessage());
        assertTrue(refused.getMessage().contains(said), refused.getMessage());
    }

    private Spec spec(String json) throws InvalidSpec {
        return reader.spec(json.getBytes(StandardCharsets.UTF_8));
    }
}
