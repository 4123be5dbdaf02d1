package io.crij.oci.spec;

import java.util.List;

/// The hooks by the point at which they run (runtime-spec "POSIX-platform Hooks").
///
/// @param prestart deprecated; runs where `createRuntime` does, before it
/// @param createRuntime after the namespaces exist, before pivot_root, in the runtime's namespaces
/// @param createContainer after `createRuntime`, in the container's namespaces with paths of the host
/// @param startContainer in `start`, in the container, before the user's program
/// @param poststart after the user's program was started, in the runtime's namespaces
/// @param poststop after delete, in the runtime's namespaces; failures are warnings
public record Hooks(
        List<Hook> prestart,
        List<Hook> createRuntime,
        List<Hook> createContainer,
        List<Hook> startContainer,
        List<Hook> poststart,
        List<Hook> poststop)
        implements Absent.Omittable {
    public static final Hooks NONE = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public Hooks {
        prestart = Absent.toEmpty(prestart);
        createRuntime = Absent.toEmpty(createRuntime);
        createContainer = Absent.toEmpty(createContainer);
        startContainer = Absent.toEmpty(startContainer);
        poststart = Absent.toEmpty(poststart);
        poststop = Absent.toEmpty(poststop);
    }

    @Override
    public Object empty() {
        return NONE;
    }
}
