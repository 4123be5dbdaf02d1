package io.crij.oci.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpecValidatorTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '^', delimiter = ';', textBlock = """
            "process":{"cwd":"a","args":["x"]}                                           ; process.cwd
            "process":{"cwd":"","args":["x"]}                                            ; process.cwd
            "process":{"cwd":"/"}                                                        ; process.args
            "process":{"cwd":"/","args":[""]}                                            ; process.args
            "process":{"cwd":"/","args":["a\\u0000b"]}                                   ; process.args[0]
            "process":{"cwd":"/","args":["x"],"env":["A=\\u0000"]}                       ; process.env[0]
            "process":{"cwd":"/","args":["x"],"user":{"uid":4294967295}}                 ; process.user.uid
            "process":{"cwd":"/","args":["x"],"user":{"additionalGids":[-1]}}            ; process.user.additionalGids[0]
            "process":{"cwd":"/","args":["x"],"user":{"umask":512}}                      ; process.user.umask
            "process":{"cwd":"/","args":["x"],"oomScoreAdj":1001}                        ; process.oomScoreAdj
            "process":{"cwd":"/","args":["x"],"ioPriority":{"class":"IOPRIO_CLASS_RT","priority":8}}  ; process.ioPriority.priority
            "process":{"cwd":"/","args":["x"],"scheduler":{"policy":"SCHED_FIFO"}}       ; process.scheduler.priority
            "process":{"cwd":"/","args":["x"],"scheduler":{"policy":"SCHED_OTHER","nice":20}}    ; process.scheduler.nice
            "process":{"cwd":"/","args":["x"],"scheduler":{"policy":"SCHED_DEADLINE","runtime":2,"deadline":1}} ; process.scheduler.runtime
            "process":{"cwd":"/","args":["x"],"scheduler":{"policy":"SCHED_BATCH","period":1}}   ; process.scheduler.runtime
            "process":{"cwd":"/","args":["x"],"execCPUAffinity":{"initial":"x"}}         ; process.execCPUAffinity.initial
            "process":{"cwd":"/","args":["x"],"rlimits":[{"type":"RLIMIT_CPU","soft":2,"hard":1}]}    ; process.rlimits[0].soft
            "process":{"cwd":"/","args":["x"],"rlimits":[{"type":"RLIMIT_CPU"},{"type":"RLIMIT_CPU"}]} ; process.rlimits[1].type
            "root":{"path":""}                                                           ; root.path
            "hostname":"h"                                                               ; hostname
            "domainname":"d"                                                             ; domainname
            "mounts":[{"destination":""}]                                                ; mounts[0].destination
            "mounts":[{"destination":"/a","type":"bind","uidMappings":[{"size":1}]}]     ; mounts[0]
            "mounts":[{"destination":"/a","options":["bind","idmap"]}]                   ; mounts[0].options
            "mounts":[{"destination":"/a","type":"tmpfs","uidMappings":[{"size":1}],"gidMappings":[{"size":1}]}] ; mounts[0]
            "hooks":{"prestart":[{"path":"x"}]}                                          ; hooks.prestart[0].path
            "hooks":{"poststop":[{"path":"/x","timeout":0}]}                             ; hooks.poststop[0].timeout
            "linux":{"namespaces":[{"type":"pid"},{"type":"pid"}]}                       ; linux.namespaces[1].type
            "linux":{"namespaces":[{"type":"pid","path":"x"}]}                           ; linux.namespaces[0].path
            "linux":{"namespaces":[{"type":"user"}]}                                     ; linux.uidMappings
            "linux":{"namespaces":[{"type":"user"}],"uidMappings":[{"size":1}]}          ; linux.gidMappings
            "linux":{"uidMappings":[{"size":1}]}                                         ; linux.uidMappings
            "linux":{"namespaces":[{"type":"user"}],"uidMappings":[{"size":0}]}          ; linux.uidMappings[0].size
            "linux":{"namespaces":[{"type":"user"}],"uidMappings":[{"hostID":4294967295,"size":1}]} ; linux.uidMappings[0].hostID
            "linux":{"namespaces":[{"type":"user"}],"uidMappings":[{"size":9},{"hostID":9,"containerID":8,"size":2}]} ; linux.uidMappings[1]
            "linux":{"timeOffsets":{"monotonic":{"secs":1}}}                             ; linux.timeOffsets
            "linux":{"namespaces":[{"type":"time"}],"timeOffsets":{"realtime":{}}}       ; linux.timeOffsets.realtime
            "linux":{"namespaces":[{"type":"time"}],"timeOffsets":{"boottime":{"nanosecs":1000000000}}} ; linux.timeOffsets.boottime.nanosecs
            "linux":{"netDevices":{"eth0":{}}}                                           ; linux.netDevices
            "linux":{"namespaces":[{"type":"network"}],"netDevices":{"eth0":{"name":"a/b"}}}    ; linux.netDevices.eth0.name
            "linux":{"devices":[{"type":"c","path":"dev/x"}]}                            ; linux.devices[0].path
            "linux":{"devices":[{"type":"a","path":"/dev/x"}]}                           ; linux.devices[0].type
            "linux":{"devices":[{"type":"b","path":"/dev/x","major":-1}]}                ; linux.devices[0].major
            "linux":{"maskedPaths":["proc"]}                                             ; linux.maskedPaths[0]
            "linux":{"readonlyPaths":["/a","b"]}                                         ; linux.readonlyPaths[1]
            "linux":{"rootfsPropagation":"public"}                                       ; linux.rootfsPropagation
            "linux":{"personality":{"domain":"LINUX32","flags":["X"]}}                   ; linux.personality.flags
            "linux":{"memoryPolicy":{"mode":"MPOL_BIND"}}                                ; linux.memoryPolicy.nodes
            "linux":{"memoryPolicy":{"mode":"MPOL_LOCAL","nodes":"0"}}                   ; linux.memoryPolicy.nodes
            "linux":{"intelRdt":{"closID":"../x"}}                                       ; linux.intelRdt.closID""")
    void refuses(String part, String path) {
        var refused = assertThrows(InvalidSpec.class, () -> validate(part));
        assertEquals(path, refused.path(), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "kernel.panic, pid",
        "vm.overcommit_memory, ipc",
        "net.ipv4.ip_forward, ipc",
        "kernel.msgmax, network",
        "kernel.hostname, network",
        "net.ipv4...kernel.panic, network",
        "net/../kernel/panic, network",
        "net//ipv4, network",
        "'', network",
        "user.max_user_namespaces, user"
    })
    void refusesParametersOfTheHost(String key, String namespace) {
        String mappings =
                namespace.equals("user") ? ",\"uidMappings\":[{\"size\":1}],\"gidMappings\":[{\"size\":1}]" : "";
        var refused = assertThrows(InvalidSpec.class, () -> validate(sysctl(key, namespace, "") + mappings + "}"));
        assertTrue(refused.path().startsWith("linux.sysctl"), refused.path());
    }

    @Test
    void refusesParametersOfANamespaceThatIsTheHosts() {
        String part = sysctl("net.ipv4.ip_forward", "network", ",\"path\":\"/proc/self/ns/net\"") + "}";
        var refused = assertThrows(InvalidSpec.class, () -> validate(part));
        assertTrue(refused.getMessage().contains("/proc/self/ns/net is its network namespace"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "net.ipv4.ip_forward, network", "net/ipv4/ip_forward, network", "net.ipv4.conf.eth0/1.rp_filter, network",
        "kernel.shm_rmid_forced, ipc", "fs.mqueue.msg_max, ipc", "kernel.domainname, uts"
    })
    void takesParametersOfTheContainersOwnNamespaces(String key, String namespace) throws Exception {
        assertEquals(List.of(), validate(sysctl(key, namespace, "") + "}"));
    }

    @Test
    void warnsOfWhatIsLeftOut() throws Exception {
        List<String> warnings = validate("""
                "process":{"cwd":"/","args":["x"],"consoleSize":{"height":1,"width":1},
                 "capabilities":{"bounding":["CAP_TEST","CAP_CHOWN"],"ambient":["cap_chown"]}},
                "mounts":[{"destination":"a"}],"linux":{"maskedPaths":["/proc/kcore"]}""");
        assertEquals(5, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).contains("CAP_TEST"), warnings.toString());
        assertTrue(warnings.get(1).contains("cap_chown"), warnings.toString());
    }

    @Test
    void aContainerWithoutProcessCanBeCreated() throws Exception {
        assertEquals(List.of(), validate("\"root\":{\"path\":\"rootfs\"}"));
    }

    private static String sysctl(String key, String namespace, String more) {
        return "\"linux\":{\"sysctl\":{\"" + key + "\":\"1\"},\"namespaces\":[{\"type\":\"" + namespace + "\"" + more
                + "}]";
    }

    private static List<String> validate(String part) throws InvalidSpec {
        String json = "{\"ociVersion\":\"1.3.0\"," + part + "}";
        return new SpecValidator().validate(new SpecReader().spec(json.getBytes(StandardCharsets.UTF_8)));
    }
}
