package io.crij.oci.cgroup;

import static io.crij.oci.cgroup.DeviceRules.MKNOD;
import static io.crij.oci.cgroup.DeviceRules.READ;
import static io.crij.oci.cgroup.DeviceRules.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Self;
import io.crij.oci.cgroup.DeviceRules.Rule;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class DeviceProgramTest {
    private static final DeviceCgroup DENY_ALL = new DeviceCgroup(false, null, null, null, "rwm");

    @Test
    void everyContainerHasTheUsualDevices() throws Exception {
        byte[] program = DeviceProgram.compile(List.of(DENY_ALL));
        assertTrue(asks(program, DeviceType.CHARACTER, 1, 3, READ | WRITE), "null");
        assertTrue(asks(program, DeviceType.CHARACTER, 136, 7, READ | WRITE), "a terminal");
        assertTrue(asks(program, DeviceType.BLOCK, 8, 0, MKNOD), "a node may be made");
        assertFalse(asks(program, DeviceType.BLOCK, 8, 0, READ), "but not used");
        assertFalse(asks(program, DeviceType.CHARACTER, 5, 1, READ), "the host's console");
        assertFalse(asks(program, DeviceType.CHARACTER, 10, 200, READ), "tun");
    }

    @Test
    void anAccessThatOneRuleDeniesIsDeniedTogetherWithOthers() throws Exception {
        byte[] program = DeviceProgram.compile(List.of(
                DENY_ALL,
                new DeviceCgroup(true, DeviceType.CHARACTER, 10L, 200L, "rw"),
                new DeviceCgroup(false, DeviceType.CHARACTER, 10L, 200L, "w")));
        assertTrue(asks(program, DeviceType.CHARACTER, 10, 200, READ));
        assertFalse(asks(program, DeviceType.CHARACTER, 10, 200, WRITE));
        assertFalse(asks(program, DeviceType.CHARACTER, 10, 200, READ | WRITE));
    }

    @Test
    void accessesAllowedByTwoRulesAreAllowedTogether() throws Exception {
        byte[] program = DeviceProgram.compile(List.of(
                DENY_ALL,
                new DeviceCgroup(true, DeviceType.CHARACTER, 10L, 200L, "r"),
                new DeviceCgroup(true, DeviceType.UNBUFFERED, 10L, -1L, "w")));
        assertTrue(asks(program, DeviceType.CHARACTER, 10, 200, READ | WRITE));
    }

    @Test
    void refusesRulesThatMeanNothing() {
        var letters = new DeviceCgroup(true, null, null, null, "rx");
        assertThrows(InvalidSpec.class, () -> DeviceProgram.compile(List.of(letters)));
        var fifo = new DeviceCgroup(true, DeviceType.FIFO, null, null, "r");
        var refused = assertThrows(InvalidSpec.class, () -> DeviceProgram.compile(List.of(DENY_ALL, fifo)));
        assertEquals("linux.resources.devices[1].type", refused.path());
    }

    @Property(tries = 2000)
    void theProgramDoesWhatTheRulesSay(
            @ForAll("rules") List<DeviceCgroup> rules,
            @ForAll("types") DeviceType type,
            @ForAll("numbers") long major,
            @ForAll("numbers") long minor,
            @ForAll("accesses") int access)
            throws Exception {
        byte[] program = DeviceProgram.compile(rules);
        assertEquals(
                decide(DeviceRules.of(rules), type, major, minor, access), asks(program, type, major, minor, access));
    }

    @Test
    void theKernelTakesTheProgram() throws Exception {
        assumeTrue(Self.effectiveUid() == 0, "loading eBPF needs root");
        var rules = List.of(
                DENY_ALL,
                new DeviceCgroup(true, DeviceType.BLOCK, 8L, null, "r"),
                new DeviceCgroup(false, DeviceType.ALL, null, null, "m"));
        try {
            DeviceFilter.load(DeviceProgram.compile(rules)).close();
        } catch (ErrnoException e) {
            assumeTrue(
                    e.errno() != Errno.ENOSYS && e.errno() != Errno.EPERM, "this kernel lets nobody load eBPF: " + e);
            throw e;
        }
    }

    private static boolean asks(byte[] program, DeviceType type, long major, long minor, int access) {
        int kind = type == DeviceType.BLOCK ? 1 : 2;
        return new EbpfInterpreter(program).run(access << 16 | kind, (int) major, (int) minor) == 1;
    }

    /// Each access by the last rule that names it.
    private static boolean decide(List<Rule> rules, DeviceType type, long major, long minor, int access) {
        for (int bit : List.of(MKNOD, READ, WRITE)) {
            boolean allowed = rules.stream()
                    .filter(rule -> (rule.access() & bit) != 0)
                    .filter(rule -> rule.type() == DeviceType.ALL || rule.type() == type)
                    .filter(rule -> rule.major() < 0 || rule.major() == major)
                    .filter(rule -> rule.minor() < 0 || rule.minor() == minor)
                    .reduce((first, second) -> second)
                    .map(Rule::allow)
                    .orElse(false);
            if ((access & bit) != 0 && !allowed) {
                return false;
            }
        }
        return true;
    }

    @Provide
    Arbitrary<List<DeviceCgroup>> rules() {
        Arbitrary<DeviceType> types =
                Arbitraries.of(DeviceType.ALL, DeviceType.BLOCK, DeviceType.CHARACTER, DeviceType.UNBUFFERED);
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        types.injectNull(0.2),
                        numbers().injectNull(0.2),
                        numbers().injectNull(0.2),
                        Arbitraries.of("r", "w", "m", "rw", "rm", "rwm", ""))
                .as(DeviceCgroup::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    @Provide
    Arbitrary<DeviceType> types() {
        return Arbitraries.of(DeviceType.BLOCK, DeviceType.CHARACTER);
    }

    @Provide
    Arbitrary<Long> numbers() {
        return Arbitraries.of(0L, 1L, 3L, 136L);
    }

    @Provide
    Arbitrary<Integer> accesses() {
        return Arbitraries.integers().between(1, 7);
    }
}
