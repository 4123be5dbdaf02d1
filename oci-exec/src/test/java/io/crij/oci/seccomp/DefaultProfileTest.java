package io.crij.oci.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.spec.Seccomp;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class DefaultProfileTest {
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050001;
    private static final int EINVAL = 0x00050000 | 22;
    private static final int ENOSYS = 0x00050000 | 38;

    @ParameterizedTest
    @CsvSource({
        "CAP_SYS_CHROOT, chroot",
        "CAP_SYS_ADMIN, unshare",
        "CAP_SYS_ADMIN, setns",
        "CAP_SYS_ADMIN, bpf",
        "CAP_BPF, bpf",
        "CAP_SYS_ADMIN, sethostname",
        "CAP_SYS_MODULE, init_module",
        "CAP_SYS_TIME, settimeofday",
        "CAP_PERFMON, perf_event_open",
        "CAP_SYS_PTRACE, kcmp",
        "CAP_DAC_READ_SEARCH, open_by_handle_at"
    })
    void aCapabilityOpensWhatNeedsIt(String capability, String call) throws Exception {
        assertEquals(EPERM, run(Set.of(), call));
        assertEquals(ALLOW, run(Set.of(capability), call));
    }

    @ParameterizedTest
    @CsvSource({"read", "openat", "statx", "fchmodat2", "mount", "arch_prctl", "mseal", "ptrace"})
    void whatProgramsNeedIsAllowed(String call) throws Exception {
        assertEquals(ALLOW, run(Set.of(), call));
    }

    @ParameterizedTest
    @CsvSource({"io_uring_setup", "add_key", "statmount", "clone3"})
    void whatIsNotNamedDoesNotExist(String call) throws Exception {
        assertEquals(ENOSYS, run(Set.of(), call));
    }

    @Test
    void newNamespacesNeedCapSysAdmin() throws Exception {
        long thread = 0x3d0f00;
        assertEquals(ALLOW, run(Set.of(), "clone", thread));
        for (long flag : new long[] {0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000}) {
            assertEquals(EPERM, run(Set.of(), "clone", flag | 17));
            assertEquals(ALLOW, run(Set.of("CAP_SYS_ADMIN"), "clone", flag | 17));
        }
        assertEquals(ALLOW, run(Set.of("CAP_SYS_ADMIN"), "clone3"));
    }

    @Test
    void socketsOfTheHypervisorAreClosedWhateverTheUpperHalfOfTheRegister() throws Exception {
        for (Set<String> capabilities : Set.of(Set.<String>of(), Set.of("CAP_AUDIT_WRITE"))) {
            assertEquals(EPERM, run(capabilities, "socket", 40));
            assertEquals(EPERM, run(capabilities, "socket", 1L << 32 | 40));
            assertEquals(ALLOW, run(capabilities, "socket", 2, 1, 6));
        }
    }

    @Test
    void auditSocketsNeedCapAuditWrite() throws Exception {
        assertEquals(EINVAL, run(Set.of(), "socket", 16, 3, 9));
        assertEquals(EINVAL, run(Set.of(), "socket", 16, 3, 1L << 32 | 9));
        assertEquals(ALLOW, run(Set.of(), "socket", 16, 3, 0));
        assertEquals(ALLOW, run(Set.of("CAP_AUDIT_WRITE"), "socket", 16, 3, 9));
    }

    @Test
    void onlyTheUsualPersonalitiesAreAllowed() throws Exception {
        for (long usual : new long[] {0, 8, 0x20000, 0x20008, 0xffffffffL}) {
            assertEquals(ALLOW, run(Set.of(), "personality", usual));
        }
        assertEquals(ENOSYS, run(Set.of(), "personality", 0x40000));
    }

    @ParameterizedTest
    @EnumSource(
            value = Machine.class,
            names = {"X86_64", "AARCH64"})
    void everyMachineHasItsPrograms(Machine machine) throws Exception {
        SeccompFilter filter =
                new SeccompCompiler(machine).compile(new DefaultProfile(machine).forCapabilities(Set.of()));
        assertTrue(filter.length() < 1000, filter.length() + " instructions");
        int read = machine.number("read").orElseThrow();
        assertEquals(ALLOW, new BpfInterpreter(filter.program()).run(machine.audit(), read));
        for (Machine compatible : machine.compatible()) {
            int number = compatible.number("write").orElseThrow();
            assertEquals(ALLOW, new BpfInterpreter(filter.program()).run(compatible.audit(), number));
        }
    }

    private static int run(Set<String> capabilities, String call, long... arguments) throws Exception {
        Seccomp profile = new DefaultProfile(Machine.X86_64).forCapabilities(capabilities);
        SeccompFilter filter = new SeccompCompiler(Machine.X86_64).compile(profile);
        int number = Machine.X86_64.number(call).orElseThrow();
        return new BpfInterpreter(filter.program()).run(Machine.X86_64.audit(), number, arguments);
    }
}
