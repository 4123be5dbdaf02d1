package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Seccomp.Action;
import io.crij.oci.spec.Seccomp.Arg;
import io.crij.oci.spec.Seccomp.Op;
import io.crij.oci.spec.Seccomp.Rule;
import io.crij.oci.spec.Spec;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Filters on real processes; what they compile to is tested beside the compiler.
class SeccompTest extends ContainerTest {
    private static final int ENOSYS = 38;

    private static UnaryOperator<Spec> filter(Rule... rules) {
        var seccomp = new Seccomp(Action.SCMP_ACT_ALLOW, null, List.of(), List.of(), null, null, List.of(rules));
        return linux(l -> l.seccomp = seccomp);
    }

    private static Rule rule(Action action, Integer errno, String... names) {
        return new Rule(List.of(names), action, errno, List.of());
    }

    @Test
    void refusedCallHasItsErrorNumber() throws Exception {
        var denied = filter(rule(Action.SCMP_ACT_ERRNO, null, "mkdir", "mkdirat"));
        assertTrue(sh(denied, "mkdir /x").contains("Operation not permitted"));
        var missing = filter(rule(Action.SCMP_ACT_ERRNO, ENOSYS, "mkdir", "mkdirat"));
        assertTrue(sh(missing, "mkdir /x").contains("Function not implemented"));
    }

    @Test
    void killedProcessHasTheSignal() throws Exception {
        for (Action action : List.of(Action.SCMP_ACT_KILL, Action.SCMP_ACT_KILL_PROCESS, Action.SCMP_ACT_TRAP)) {
            var outcome = box.run(
                    "kill" + action.ordinal(),
                    filter(rule(action, null, "mkdir", "mkdirat")),
                    "sh",
                    "-c",
                    "mkdir /x; echo $?");
            assertEquals("159\n", outcome.out());
        }
    }

    @Test
    void argumentsAreCompared() throws Exception {
        var rule = new Rule(List.of("kill"), Action.SCMP_ACT_ERRNO, null, List.of(new Arg(1, 0, 0, Op.SCMP_CMP_EQ)));
        String out = sh(filter(rule), "kill -0 $$; kill -CONT $$ && echo sent");
        assertTrue(out.contains("sent\n"), out);
        assertTrue(out.contains("Operation not permitted"), out);
    }

    @Test
    void filterIsThereWithAndWithoutNewPrivileges() throws Exception {
        var denied = filter(rule(Action.SCMP_ACT_ERRNO, null, "mkdir", "mkdirat"));
        String script = "grep Seccomp: /proc/self/status; mkdir /x";
        for (boolean given : List.of(true, false)) {
            String out = sh(both(denied, process(p -> p.noNewPrivileges = given)), script);
            assertTrue(out.startsWith("Seccomp:\t2\n"), out);
            assertTrue(out.contains("not permitted"), out);
        }
    }

    /// The profile need not allow what the runtime itself does before.
    @Test
    void profileMayDenyEverythingThatTheProgramDoesNotUse() throws Exception {
        var denied = filter(rule(
                Action.SCMP_ACT_KILL_PROCESS,
                null,
                "chdir",
                "fchdir",
                "setgroups",
                "capset",
                "mount",
                "umount2",
                "close_range",
                "seccomp"));
        assertEquals(0, box.run("bare", denied, "true").code());
    }

    @Test
    void execHasTheContainersFilter() throws Exception {
        String id = box.id("exec");
        var spec = filter(rule(Action.SCMP_ACT_ERRNO, null, "mkdir", "mkdirat")).apply(box.spec(id, "sleep", "1000"));
        box.create(id, spec);
        box.runtime.start(id);
        assertTrue(box.exec(id, Box.process("mkdir", "/x")).err().contains("Operation not permitted"));
    }

    @Test
    void listenerIsRefusedWithTheReason() {
        var seccomp = new Seccomp(
                Action.SCMP_ACT_ALLOW,
                null,
                List.of(),
                List.of(),
                "/run/agent.sock",
                null,
                List.of(rule(Action.SCMP_ACT_NOTIFY, null, "mkdir")));
        var e = assertThrows(
                OciException.Unsupported.class, () -> box.run("notify", linux(l -> l.seccomp = seccomp), "true"));
        assertTrue(e.getMessage().contains("/run/agent.sock"), e.getMessage());
    }
}
