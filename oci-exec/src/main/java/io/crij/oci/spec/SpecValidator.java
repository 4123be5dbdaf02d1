package io.crij.oci.spec;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether a configuration makes sense, before anything is made: what cannot be carried out, or would reach past the
/// container, is refused with its JSON path; what is left out or ignored is a warning. Values of `linux.resources` and
/// `linux.seccomp` are checked where they are compiled. Thread-safe.
public final class SpecValidator {
    /// @return warnings, one sentence each
    public List<String> validate(Spec spec) throws InvalidSpec {
        var warnings = new ArrayList<String>();
        @Nullable Process process = spec.process();
        if (process != null) {
            warnings.addAll(validate(process));
        }
        @Nullable Root root = spec.root();
        if (root != null && root.path().isEmpty()) {
            throw new InvalidSpec("root.path", "\"\"", "must name a folder");
        }
        names(spec);
        for (int i = 0; i < spec.mounts().size(); i++) {
            mount(spec, spec.mounts().get(i), "mounts[" + i + "]", warnings);
        }
        hooks(spec.hooks());
        NamespaceRules.check(spec, warnings);
        SysctlRules.check(spec);
        LinuxRules.check(spec, warnings);
        return List.copyOf(warnings);
    }

    /// The process of an exec.
    ///
    /// @return warnings, one sentence each
    public List<String> validate(Process process) throws InvalidSpec {
        return ProcessRules.check(process);
    }

    private static void names(Spec spec) throws InvalidSpec {
        boolean ownNames = spec.linux().namespace(Namespace.Type.UTS).isPresent();
        name("hostname", spec.hostname(), ownNames);
        name("domainname", spec.domainname(), ownNames);
    }

    private static void name(String path, @Nullable String name, boolean ownNames) throws InvalidSpec {
        if (name == null || name.isEmpty()) {
            return;
        }
        if (!ownNames) {
            throw new InvalidSpec(path, name, "would rename the host: add a uts namespace to linux.namespaces");
        }
        if (name.length() > 64) {
            throw new InvalidSpec(path, name, "is longer than 64 characters");
        }
        Rule.noZero(path, name);
    }

    private static void mount(Spec spec, Mount mount, String path, List<String> warnings) throws InvalidSpec {
        Rule.noZero(path + ".destination", mount.destination());
        if (mount.destination().isEmpty()) {
            throw new InvalidSpec(path + ".destination", "\"\"", "must be an absolute path");
        }
        if (!mount.destination().startsWith("/")) {
            warnings.add(path + ".destination: " + mount.destination() + " is not absolute; taken from the root");
        }
        MountOptions options = MountOptions.of(mount);
        if (mount.uidMappings().isEmpty() != mount.gidMappings().isEmpty()) {
            throw new InvalidSpec(path, mount.destination(), "needs both uidMappings and gidMappings, or none");
        }
        Rule.mappings(path + ".uidMappings", mount.uidMappings());
        Rule.mappings(path + ".gidMappings", mount.gidMappings());
        boolean ownUsers = spec.linux().namespace(Namespace.Type.USER).isPresent();
        if (options.idmap() != MountOptions.Idmap.NONE && mount.uidMappings().isEmpty() && !ownUsers) {
            throw new InvalidSpec(
                    path + ".options",
                    "idmap",
                    "needs mappings: of the mount, or of a user namespace of the container");
        }
        if (!mount.uidMappings().isEmpty() && !mount.isBind()) {
            throw new InvalidSpec(path, mount.destination(), "only bind mounts can have mappings of their own");
        }
    }

    private static void hooks(Hooks hooks) throws InvalidSpec {
        hooks("prestart", hooks.prestart());
        hooks("createRuntime", hooks.createRuntime());
        hooks("createContainer", hooks.createContainer());
        hooks("startContainer", hooks.startContainer());
        hooks("poststart", hooks.poststart());
        hooks("poststop", hooks.poststop());
    }

    private static void hooks(String kind, List<Hook> hooks) throws InvalidSpec {
        for (int i = 0; i < hooks.size(); i++) {
            Hook hook = hooks.get(i);
            String path = "hooks." + kind + "[" + i + "]";
            Rule.absolute(path + ".path", hook.path());
            Integer timeout = hook.timeout();
            if (timeout != null && timeout <= 0) {
                throw new InvalidSpec(path + ".timeout", timeout.toString(), "must be more than 0 seconds");
            }
            Rule.noZero(path + ".args", hook.args());
            Rule.noZero(path + ".env", hook.env());
        }
    }
}
