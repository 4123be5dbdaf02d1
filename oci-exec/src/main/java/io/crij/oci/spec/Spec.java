package io.crij.oci.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A container's configuration: the `config.json` of runtime-spec 1.3, Linux part.
///
/// All records of this package follow one rule. What is absent in the JSON is
/// - an empty list or map,
/// - the empty record (`Hooks.NONE`, `Linux.EMPTY`, `LinuxResources.NONE`, …) where an empty object means the same,
/// - `null` elsewhere, and then the component is `@Nullable`.
///
/// Lists and maps are immutable and keep the order of the configuration. A changed copy is made with `with`, which
/// hands an `Edit` with plain mutable fields to the caller:
///
/// ```java
/// spec.with(s -> {
///     s.hostname = "web-0";
///     s.mounts.add(Mount.of("tmpfs", "tmpfs", "/run", "nosuid", "mode=755"));
/// });
/// ```
///
/// @param hostname of the container's own UTS namespace
public record Spec(
        String ociVersion,
        @Nullable Process process,
        @Nullable Root root,
        @Nullable String hostname,
        @Nullable String domainname,
        List<Mount> mounts,
        Hooks hooks,
        Map<String, String> annotations,
        Linux linux) {
    /// The version of runtime-spec that this package knows.
    public static final String VERSION = "1.3.0";

    /// A specification with nothing in it but its version.
    public static final Spec EMPTY =
            new Spec(VERSION, null, null, null, null, List.of(), Hooks.NONE, Map.of(), Linux.EMPTY);

    public Spec {
        ociVersion = Absent.required(ociVersion, "ociVersion");
        mounts = Absent.toEmpty(mounts);
        hooks = Absent.or(hooks, Hooks.NONE);
        annotations = Absent.toEmpty(annotations);
        linux = Absent.or(linux, Linux.EMPTY);
    }

    public Spec with(Consumer<Edit> change) {
        var edit = new Edit(this);
        change.accept(edit);
        return edit.build();
    }

    /// The mutable form of [Spec], for [#with] only.
    public static final class Edit {
        public String ociVersion;
        public @Nullable Process process;
        public @Nullable Root root;
        public @Nullable String hostname;
        public @Nullable String domainname;
        public List<Mount> mounts;
        public Hooks hooks;
        public Map<String, String> annotations;
        public Linux linux;

        private Edit(Spec spec) {
            ociVersion = spec.ociVersion;
            process = spec.process;
            root = spec.root;
            hostname = spec.hostname;
            domainname = spec.domainname;
            mounts = new ArrayList<>(spec.mounts);
            hooks = spec.hooks;
            annotations = new LinkedHashMap<>(spec.annotations);
            linux = spec.linux;
        }

        private Spec build() {
            return new Spec(ociVersion, process, root, hostname, domainname, mounts, hooks, annotations, linux);
        }
    }
}
