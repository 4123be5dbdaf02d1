package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.CapabilitySets;
import io.crij.oci.spec.User;
import java.nio.file.Files;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class IdentityTest extends ContainerTest {
    private static final String CAPS = "grep Cap /proc/self/status";

    private static UnaryOperator<io.crij.oci.spec.Spec> user(long uid, long gid, Integer umask, Long... groups) {
        return process(p -> p.user = new User(uid, gid, umask, List.of(groups)));
    }

    @Test
    void userGroupsAndUmask() throws Exception {
        String script = "id -u; id -g; id -G; umask";
        assertEquals("0\n0\n0\n0022\n", sh(s -> s, script));
        assertEquals("1000\n100\n100 5 4000000000\n0077\n", sh(user(1000, 100, 077, 5L, 4000000000L), script));
        assertEquals("4294967294\n0\n0\n0000\n", sh(user(4294967294L, 0, 0), script));
    }

    @Test
    void groupsOfTheRuntimeAreLeft() throws Exception {
        assertEquals("Groups:\t \n", sh(user(0, 0, null), "grep Groups /proc/self/status"));
    }

    @Test
    void fiveSetsAreAsGiven() throws Exception {
        var sets = new Capabilities(
                List.of("CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_FOWNER"),
                List.of("CAP_CHOWN", "CAP_KILL"),
                List.of("CAP_CHOWN", "CAP_SETUID"),
                List.of("CAP_CHOWN", "CAP_KILL", "CAP_SETUID"),
                List.of("CAP_CHOWN", "CAP_SETUID"));
        // a user: for root execve adds everything of the bounding set
        var change = both(user(1000, 1000, null), process(p -> p.capabilities = sets));
        // execve makes permitted and effective of the ambient ones
        assertEquals("""
            CapInh:	0000000000000081
            CapPrm:	0000000000000081
            CapEff:	0000000000000081
            CapBnd:	00000000000000a9
            CapAmb:	0000000000000081
            """, sh(change, CAPS));
    }

    @Test
    void userWithoutAmbientOnesHasNone() throws Exception {
        String caps = sh(user(1000, 1000, null), CAPS);
        assertTrue(caps.contains("CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"), caps);
    }

    /// CVE-2022-24769, CVE-2022-29162: programs with file capabilities would get more from inheritable ones.
    @Test
    void inheritableIsEmptyUnlessGiven() throws Exception {
        assertTrue(sh(s -> s, CAPS).startsWith("CapInh:\t0000000000000000\n"));
        String id = box.id("inheritable");
        box.create(id, box.spec(id, "sleep", "100"));
        box.runtime.start(id);
        assertTrue(box.exec(id, Box.process("sh", "-c", CAPS)).out().startsWith("CapInh:\t0000000000000000\n"));
    }

    @Test
    void unknownAndForeignCapabilitiesAreLeftOut() throws Exception {
        var odd = process(p -> p.capabilities = Capabilities.of(List.of("CAP_CHOWN", "CAP_TEST")));
        String caps = sh(odd, CAPS);
        assertTrue(caps.contains("CapEff:\t0000000000000001\n"), caps);
    }

    @Test
    void withoutTheRightToRaiseLimitsWhatThereIsIsGranted() throws Exception {
        boolean has = (CapabilitySets.Host.read().permitted() >>> 24 & 1) == 1;
        assumeFalse(has, "has CAP_SYS_RESOURCE, nothing is missing here");
        var all = process(p -> p.capabilities = Capabilities.of(List.of("CAP_CHOWN", "CAP_SYS_RESOURCE")));
        String caps = sh(all, CAPS);
        assertTrue(caps.contains("CapEff:\t0000000000000001\n"), caps);
    }

    @Test
    void newPrivilegesAreGivenUpOnlyWhenAsked() throws Exception {
        String script = "grep NoNewPrivs /proc/self/status";
        assertEquals("NoNewPrivs:\t1\n", sh(s -> s, script));
        assertEquals("NoNewPrivs:\t0\n", sh(process(p -> p.noNewPrivileges = false), script));
    }

    @Test
    void userOfTheContainerMayReopenItsStreams() throws Exception {
        assertEquals("again\n", sh(user(1000, 1000, null), "echo again > /dev/stdout"));
    }

    @Test
    void hostsNullKeepsItsOwner() throws Exception {
        String id = box.id("null");
        var spec = user(1000, 1000, null).apply(box.spec(id, "true"));
        try (var nothing = io.crij.linux.Fd.open("/dev/null", io.crij.linux.abi.FileFlags.O_RDWR)) {
            Shim shim = box.create(id, spec, new Stdio.Given(nothing, nothing, nothing));
            box.runtime.start(id);
            Box.await(shim);
            shim.release();
        }
        assertEquals(0, Files.getAttribute(java.nio.file.Path.of("/dev/null"), "unix:uid"));
    }
}
