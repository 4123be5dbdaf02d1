package io.crij.server.spec;

import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.Capability;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The capabilities, and whether the process may gain more by executing a set-uid program.
///
/// Inheritable stays empty unless ambient ones are asked for: otherwise file capabilities of the image would be gained
/// by every user (CVE-2022-27652).
final class CapabilitiesPart implements Part {
    private static final String FIELD = "config.linux.security_context.capabilities.";

    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        var security = wanted.security();
        var requested = security.getCapabilities();
        var ambient = all(FIELD + "add_ambient_capabilities", requested.getAddAmbientCapabilitiesList());
        var granted = granted(wanted);
        granted.addAll(ambient);
        var sets = new Capabilities(names(granted), names(granted), names(ambient), names(granted), names(ambient));
        return spec.with(s -> s.process = Processes.of(s.process).with(p -> {
            p.capabilities = sets;
            p.noNewPrivileges = security.getNoNewPrivs();
        }));
    }

    private static Set<Capability> granted(Wanted wanted) throws SandboxException {
        var requested = wanted.security().getCapabilities();
        if (wanted.privileged()) {
            return EnumSet.allOf(Capability.class);
        }
        var add = requested.getAddCapabilitiesList();
        var drop = requested.getDropCapabilitiesList();
        Set<Capability> granted = EnumSet.noneOf(Capability.class);
        if (!hasAll(drop)) {
            granted.addAll(all(
                    "containers.capabilities", wanted.settings().containers().capabilities()));
        }
        granted.addAll(all(FIELD + "add_capabilities", add));
        if (hasAll(add)) {
            granted.addAll(EnumSet.allOf(Capability.class));
        }
        for (var name : drop) {
            if (!isAll(name)) {
                granted.remove(one(FIELD + "drop_capabilities", name));
            }
        }
        return granted;
    }

    private static Set<Capability> all(String field, List<String> names) throws SandboxException {
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        for (var name : names) {
            if (!isAll(name)) {
                set.add(one(field, name));
            }
        }
        return set;
    }

    private static Capability one(String field, String name) throws SandboxException {
        var upper = name.toUpperCase(Locale.ROOT);
        return Capability.named(upper.startsWith("CAP_") ? upper : "CAP_" + upper)
                .orElseThrow(() -> new SandboxException.Invalid(
                        field, name, "unknown capability; names are those of capabilities(7), or ALL"));
    }

    private static boolean hasAll(List<String> names) {
        return names.stream().anyMatch(CapabilitiesPart::isAll);
    }

    private static boolean isAll(String name) {
        return name.equalsIgnoreCase("ALL");
    }

    private static List<String> names(Set<Capability> set) {
        return set.stream().map(Enum::name).toList();
    }
}
