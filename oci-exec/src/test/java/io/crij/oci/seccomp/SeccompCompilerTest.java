package io.crij.oci.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Seccomp.Action;
import io.crij.oci.spec.Seccomp.Arch;
import io.crij.oci.spec.Seccomp.Arg;
import io.crij.oci.spec.Seccomp.Flag;
import io.crij.oci.spec.Seccomp.Op;
import io.crij.oci.spec.Seccomp.Rule;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SeccompCompilerTest {
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050000 | 38;
    private static final int KILL = 0x80000000;
    private static final List<String> NAMES =
            List.of("read", "getcwd", "socket", "personality", "clone3", "no_such_call");

    @ParameterizedTest
    @CsvSource({
        "SCMP_ACT_KILL, 0", "SCMP_ACT_KILL_THREAD, 0", "SCMP_ACT_KILL_PROCESS, 80000000", "SCMP_ACT_TRAP, 30000",
        "SCMP_ACT_ERRNO, 50007", "SCMP_ACT_TRACE, 7ff00007", "SCMP_ACT_LOG, 7ffc0000", "SCMP_ACT_NOTIFY, 7fc00000"
    })
    void everyActionHasItsVerdict(Action action, String verdict) throws Exception {
        var seccomp = new Seccomp(
                Action.SCMP_ACT_ALLOW,
                null,
                List.of(),
                List.of(),
                "/run/listener",
                "m",
                List.of(new Rule(List.of("getcwd"), action, 7, List.of())));
        SeccompFilter filter = new SeccompCompiler(Machine.X86_64).compile(seccomp);
        assertEquals(Integer.parseUnsignedInt(verdict, 16), run(filter, Machine.X86_64, 79));
        assertEquals(ALLOW, run(filter, Machine.X86_64, 78));
        assertEquals(action == Action.SCMP_ACT_NOTIFY, filter.notifies());
        assertEquals(action == Action.SCMP_ACT_NOTIFY ? 8 : 0, filter.flags());
    }

    @Test
    void foreignArchitecturesEndTheProcess() throws Exception {
        SeccompFilter own = compile(Machine.X86_64, List.of(), allow("read"));
        assertEquals(KILL, run(own, Machine.X86, 3));
        assertEquals(KILL, run(own, Machine.X32, 0x40000000));
        assertEquals(KILL, run(own, Machine.AARCH64, 63));

        SeccompFilter all = compile(
                Machine.X86_64, List.of(Arch.SCMP_ARCH_X86, Arch.SCMP_ARCH_X32, Arch.SCMP_ARCH_MIPS), allow("read"));
        assertEquals(ALLOW, run(all, Machine.X86_64, 0));
        assertEquals(ALLOW, run(all, Machine.X86, 3));
        assertEquals(ENOSYS, run(all, Machine.X86, 4));
        assertEquals(ALLOW, run(all, Machine.X32, 0x40000000));
        assertEquals(ENOSYS, run(all, Machine.X32, 0x40000001));
    }

    @Test
    void aarch64RunsArmToo() throws Exception {
        SeccompFilter filter = compile(Machine.AARCH64, List.of(Arch.SCMP_ARCH_ARM), allow("read", "write"));
        assertEquals(ALLOW, run(filter, Machine.AARCH64, 63));
        assertEquals(ALLOW, run(filter, Machine.ARM, 4));
        assertEquals(EPERM, run(filter, Machine.AARCH64, 62));
        assertEquals(KILL, run(filter, Machine.X86_64, 0));
    }

    @Test
    void callsNewerThanTheProfileDoNotExist() throws Exception {
        SeccompFilter filter = compile(Machine.X86_64, List.of(), allow("read", "openat2"));
        assertEquals(EPERM, run(filter, Machine.X86_64, 436));
        assertEquals(ALLOW, run(filter, Machine.X86_64, 437));
        assertEquals(ENOSYS, run(filter, Machine.X86_64, 438));
        assertEquals(ENOSYS, run(filter, Machine.X86_64, 0x3fffffff));
    }

    @Test
    void unknownCallsAreIgnored() throws Exception {
        SeccompFilter filter = compile(Machine.X86_64, List.of(), allow("no_such_call", "read"));
        assertEquals(ALLOW, run(filter, Machine.X86_64, 0));
    }

    @Test
    void theFirstRuleThatMatchesDecides() throws Exception {
        SeccompFilter filter = compile(
                Machine.X86_64,
                List.of(),
                new Rule(List.of("socket"), Action.SCMP_ACT_ERRNO, 22, List.of(new Arg(0, 40, 0, Op.SCMP_CMP_EQ))),
                allow("socket"),
                new Rule(List.of("socket"), Action.SCMP_ACT_KILL_PROCESS, null, List.of()));
        assertEquals(0x00050000 | 22, run(filter, Machine.X86_64, 41, 40));
        assertEquals(ALLOW, run(filter, Machine.X86_64, 41, 2));
    }

    @Test
    void oneArgumentNamedTwiceMeansEither() throws Exception {
        SeccompFilter filter = compile(
                Machine.X86_64,
                List.of(),
                new Rule(
                        List.of("personality"),
                        Action.SCMP_ACT_ALLOW,
                        null,
                        List.of(new Arg(0, 0, 0, Op.SCMP_CMP_EQ), new Arg(0, 8, 0, Op.SCMP_CMP_EQ))));
        assertEquals(ALLOW, run(filter, Machine.X86_64, 135, 0));
        assertEquals(ALLOW, run(filter, Machine.X86_64, 135, 8));
        assertEquals(EPERM, run(filter, Machine.X86_64, 135, 9));
        assertEquals(EPERM, run(filter, Machine.X86_64, 135, 1L << 32));
    }

    @Test
    void jumpsFurtherThan255Work() throws Exception {
        var rules = new java.util.ArrayList<Rule>();
        for (int i = 0; i < 300; i++) {
            rules.add(new Rule(List.of("ioctl"), Action.SCMP_ACT_ERRNO, i, List.of(new Arg(1, i, 0, Op.SCMP_CMP_EQ))));
        }
        SeccompFilter filter = compile(Machine.X86_64, List.of(), rules.toArray(Rule[]::new));
        for (int i = 0; i < 300; i++) {
            assertEquals(0x00050000 | i, run(filter, Machine.X86_64, 16, 0, i));
        }
        assertEquals(EPERM, run(filter, Machine.X86_64, 16, 0, 300));
        assertEquals(EPERM, run(filter, Machine.X86_64, 15));
    }

    @Test
    void tooManyRulesAreRefused() {
        var rules = IntStream.range(0, 2000)
                .mapToObj(i -> new Rule(
                        List.of("ioctl"), Action.SCMP_ACT_ALLOW, null, List.of(new Arg(1, i, 0, Op.SCMP_CMP_EQ))))
                .toArray(Rule[]::new);
        var refused = assertThrows(InvalidSpec.class, () -> compile(Machine.X86_64, List.of(), rules));
        assertTrue(refused.getMessage().contains("4096"), refused.getMessage());
    }

    @Test
    void refusesWhatTheKernelCannotDo() {
        assertEquals("linux.seccomp.listenerPath", refused(notify("read"), null).path());
        assertEquals(
                "linux.seccomp.syscalls[0].names",
                refused(notify("write"), "/l").path());
        var index = new Rule(List.of("read"), Action.SCMP_ACT_ALLOW, null, List.of(new Arg(6, 0, 0, Op.SCMP_CMP_EQ)));
        assertEquals(
                "linux.seccomp.syscalls[0].args[0].index", refused(index, null).path());
        var errno = new Rule(List.of("read"), Action.SCMP_ACT_ERRNO, 4096, List.of());
        assertEquals("linux.seccomp.syscalls[0].errnoRet", refused(errno, null).path());
    }

    @Test
    void flagsAreTheKernelsBits() throws Exception {
        var seccomp = new Seccomp(
                Action.SCMP_ACT_ALLOW, null, List.of(), List.of(Flag.values()), "/l", null, List.of(notify("read")));
        assertEquals(
                2 | 4 | 8 | 32,
                new SeccompCompiler(Machine.X86_64).compile(seccomp).flags());
        var quiet = new Seccomp(Action.SCMP_ACT_ALLOW, null, List.of(), List.of(Flag.values()), null, null, List.of());
        assertEquals(2 | 4, new SeccompCompiler(Machine.X86_64).compile(quiet).flags());
    }

    @Test
    void equalRulesAreCompiledOnce() throws Exception {
        var compiler = new SeccompCompiler(Machine.X86_64);
        SeccompFilter first = compiler.compile(seccomp(List.of(), allow("read")));
        assertSame(first, compiler.compile(seccomp(List.of(), allow("read"))));
        assertFalse(first == compiler.compile(seccomp(List.of(), allow("write"))));
    }

    @Property(tries = 2000)
    void theProgramDoesWhatTheRulesSay(
            @ForAll("profiles") Seccomp profile,
            @ForAll("calls") String name,
            @ForAll("arguments") List<Long> arguments,
            @ForAll Machine machine)
            throws Exception {
        if (machine == Machine.ARM
                || machine == Machine.AARCH64
                || machine.number(name).isEmpty()) {
            return;
        }
        SeccompFilter filter = new SeccompCompiler(Machine.X86_64).compile(profile);
        long[] args = arguments.stream().mapToLong(Long::longValue).toArray();
        int number = machine.number(name).get();
        assertEquals(ReferenceFilter.decide(profile, machine, name, args), run(filter, machine, number, args));
    }

    @Provide
    Arbitrary<Seccomp> profiles() {
        Arbitrary<Arg> arg = Combinators.combine(
                        Arbitraries.integers().between(0, 5), values(), values(), Arbitraries.of(Op.class))
                .as(Arg::new);
        Arbitrary<Action> actions = Arbitraries.of(
                Action.SCMP_ACT_ALLOW, Action.SCMP_ACT_ERRNO, Action.SCMP_ACT_LOG, Action.SCMP_ACT_KILL_PROCESS);
        Arbitrary<Rule> rule = Combinators.combine(
                        calls().list().ofMinSize(1).ofMaxSize(3),
                        actions,
                        Arbitraries.integers().between(0, 4095).injectNull(0.3),
                        arg.list().ofMaxSize(3))
                .as(Rule::new);
        return Combinators.combine(
                        actions,
                        Arbitraries.of(Arch.SCMP_ARCH_X86, Arch.SCMP_ARCH_X32, Arch.SCMP_ARCH_X86_64)
                                .list()
                                .ofMaxSize(3),
                        rule.list().ofMaxSize(8))
                .as((action, archs, rules) -> new Seccomp(action, null, archs, List.of(), null, null, rules));
    }

    @Provide
    Arbitrary<String> calls() {
        return Arbitraries.of(NAMES);
    }

    @Provide
    Arbitrary<List<Long>> arguments() {
        return values().list().ofSize(6);
    }

    /// Few, so that they meet; with bits in both words.
    private static Arbitrary<Long> values() {
        return Arbitraries.of(
                0L,
                1L,
                2L,
                40L,
                0xffffffffL,
                0x100000000L,
                0x100000001L,
                0x7fffffffffffffffL,
                0x8000000000000000L,
                -1L);
    }

    private static InvalidSpec refused(Rule rule, String listener) {
        var seccomp = new Seccomp(Action.SCMP_ACT_ALLOW, null, List.of(), List.of(), listener, null, List.of(rule));
        return assertThrows(InvalidSpec.class, () -> new SeccompCompiler(Machine.X86_64).compile(seccomp));
    }

    private static Rule allow(String... names) {
        return new Rule(List.of(names), Action.SCMP_ACT_ALLOW, null, List.of());
    }

    private static Rule notify(String name) {
        return new Rule(List.of(name), Action.SCMP_ACT_NOTIFY, null, List.of());
    }

    private static SeccompFilter compile(Machine machine, List<Arch> architectures, Rule... rules) throws InvalidSpec {
        return new SeccompCompiler(machine).compile(seccomp(architectures, rules));
    }

    private static Seccomp seccomp(List<Arch> architectures, Rule... rules) {
        return new Seccomp(Action.SCMP_ACT_ERRNO, null, architectures, List.of(), null, null, List.of(rules));
    }

    private static int run(SeccompFilter filter, Machine machine, int number, long... arguments) {
        return new BpfInterpreter(filter.program()).run(machine.audit(), number, arguments);
    }
}
