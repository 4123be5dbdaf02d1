package io.crij.oci.runtime;

import static io.crij.linux.abi.Prctl.*;

import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.Capability;
import io.crij.oci.spec.CapabilitySets;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.User;
import org.jspecify.annotations.Nullable;

/// Who the process becomes: capabilities, user, groups.
final class Identity {
    private static final int LAST_CAPABILITY_OF_VERSION_3 = 63;
    private static final int VERSION_3 = 0x20080522;

    private final Steps steps;
    private final ProgramBuilder p;
    private final Process process;
    private final CapabilitySets.@Nullable Host host;
    private final boolean ordinary;
    private final @Nullable CapabilitySets sets;

    /// @param host what the runtime may give; the process of a user namespace has everything, there it is not asked
    /// @param ordinary whether the runtime is an ordinary user's, who may be forbidden to leave groups
    Identity(Steps steps, Process process, CapabilitySets.Host host, boolean ordinary) {
        this.ordinary = ordinary;
        this.steps = steps;
        this.p = steps.p;
        this.process = process;
        this.host = host;
        @Nullable Capabilities wanted = process.capabilities();
        sets = wanted == null ? null : CapabilitySets.of(wanted, host);
    }

    /// What cannot be granted, for the log.
    java.util.List<String> warnings() {
        return sets == null ? java.util.List.of() : sets.warnings();
    }

    /// Before the user changes: dropping needs CAP_SETPCAP.
    void dropBounding() {
        if (sets == null || host == null) {
            return;
        }
        for (int capability = 0; capability <= Math.min(host.last(), LAST_CAPABILITY_OF_VERSION_3); capability++) {
            if ((sets.bounding() >>> capability & 1) == 0) {
                int number = capability;
                String name = Capability.numbered(number).map(Enum::name).orElseGet(() -> Integer.toString(number));
                steps.prctl("drop " + name + " from the bounding set", PR_CAPBSET_DROP, Operand.of(capability, name));
            }
        }
    }

    void changeUser() {
        User user = process.user();
        steps.prctl("keep capabilities when the user changes", PR_SET_KEEPCAPS, Abi.ONE);
        int groups = user.additionalGids().size();
        Operand list = groups == 0
                ? Abi.ZERO
                : p.struct(
                        user.additionalGids().toString(),
                        4 * groups,
                        b -> user.additionalGids().forEach(gid -> b.putInt(gid.intValue())));
        var set = p.call("set the additional groups", Call.SETGROUPS, Operand.of(groups), list);
        if (ordinary && groups == 0) {
            set.tolerate(Errno.EPERM);
        }
        Operand gid = Operand.of(user.gid());
        p.call("become group " + user.gid(), Call.SETRESGID, gid, gid, gid);
        Operand uid = Operand.of(user.uid());
        p.call("become user " + user.uid(), Call.SETRESUID, uid, uid, uid);
        steps.prctl("keep capabilities no longer", PR_SET_KEEPCAPS, Abi.ZERO);
    }

    /// Whether a filter can be loaded as late as before the exec without [Process#noNewPrivileges]: the process has
    /// CAP_SYS_ADMIN until then, because it stays root or because [#setCapabilities] keeps it.
    boolean canFilterLate() {
        return sets != null || process.user().uid() == 0;
    }

    /// The five sets; ambient last, it is checked against the others.
    ///
    /// @param forFilter keeps CAP_SYS_ADMIN for loading the filter; [#dropFilterCapability] ends that
    void setCapabilities(boolean forFilter) {
        if (sets == null) {
            return;
        }
        set(forFilter ? Capability.CAP_SYS_ADMIN.bit() : 0);
        ambient("clear the ambient capabilities", PR_CAP_AMBIENT_CLEAR_ALL, 0);
        for (int capability = 0; capability <= LAST_CAPABILITY_OF_VERSION_3; capability++) {
            if ((sets.ambient() >>> capability & 1) == 1) {
                ambient("raise ambient capability " + capability, PR_CAP_AMBIENT_RAISE, capability);
            }
        }
    }

    void dropFilterCapability() {
        if (sets != null && (sets.effective() & sets.permitted() & Capability.CAP_SYS_ADMIN.bit()) == 0) {
            set(0);
        }
    }

    private void set(long more) {
        if (sets == null) {
            return;
        }
        capset(p, "set the capabilities", sets.effective() | more, sets.permitted() | more, sets.inheritable());
    }

    static void capset(ProgramBuilder p, String about, long effective, long permitted, long inheritable) {
        Operand header = p.struct("{v3}", 8, b -> b.putInt(VERSION_3).putInt(0));
        String text = "{e 0x" + Long.toHexString(effective) + ", p 0x" + Long.toHexString(permitted) + ", i 0x"
                + Long.toHexString(inheritable) + "}";
        Operand data = p.struct(
                text,
                24,
                b -> b.putInt((int) effective)
                        .putInt((int) permitted)
                        .putInt((int) inheritable)
                        .putInt((int) (effective >>> 32))
                        .putInt((int) (permitted >>> 32))
                        .putInt((int) (inheritable >>> 32)));
        p.call(about, Call.CAPSET, header, data);
    }

    private void ambient(String about, int what, int capability) {
        p.call(
                        about,
                        Call.PRCTL,
                        Operand.of(PR_CAP_AMBIENT),
                        Operand.of(what),
                        Operand.of(capability),
                        Abi.ZERO,
                        Abi.ZERO)
                .tolerate(Errno.EPERM);
    }

    void noNewPrivileges() {
        if (process.noNewPrivileges()) {
            p.call(
                    "give up new privileges",
                    Call.PRCTL,
                    Operand.of(PR_SET_NO_NEW_PRIVS, "NO_NEW_PRIVS"),
                    Abi.ONE,
                    Abi.ZERO,
                    Abi.ZERO,
                    Abi.ZERO);
        }
    }
}
