package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.OverlayLayers;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.cgroup.CgroupPlan;
import io.crij.oci.program.Listing;
import io.crij.oci.program.Program;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.seccomp.SeccompCompiler;
import io.crij.oci.seccomp.SeccompFilter;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecValidator;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a create would do on this machine, as text: the same program that [BuiltinRuntime#create] runs, without
/// running it.
public final class Explanation {
    private Explanation() {}

    /// The listing of the program.
    ///
    /// @throws OciException as `create` would for a configuration that cannot be carried out
    /// @throws IOException when no control groups are mounted
    public static String of(CreateRequest request) throws OciException, IOException {
        Spec spec = request.spec();
        new SpecValidator().validate(spec);
        @Nullable Seccomp config = spec.linux().seccomp();
        Optional<SeccompFilter> seccomp =
                config == null ? Optional.empty() : Optional.of(new SeccompCompiler().compile(config));
        @Nullable String path = spec.linux().cgroupsPath();
        CgroupFolders folders = CgroupFolders.of(
                CgroupHost.read(),
                path == null || path.isEmpty() ? "/crij/" + request.id() : path,
                CgroupLayout.WITH_SHIM);
        CgroupPlan plan = CgroupPlan.of(folders, spec.linux().resources());
        return listing(
                request,
                plan,
                new Host(
                        folders,
                        Privileges.read(_ -> {}),
                        OverlayLayers.ofThisKernel(),
                        Labels.of(Labels.Policy.WHERE_PRESENT),
                        seccomp,
                        NetDevices.onHost(spec.linux())));
    }

    static String listing(CreateRequest request, CgroupPlan plan, Host host) throws OciException {
        var slots = new Slots(
                request.stdio().more().size(),
                request.spec().hooks().startContainer().size());
        try (Fd exitRecord = Fd.open("/dev/null", FileFlags.O_RDWR)) {
            // the numbers of descriptors are part of the program, so they are given out for real
            var descriptors = new Descriptors(slots, request.stdio(), exitRecord);
            try (var hooks = new HookPipes(slots, request.spec().hooks())) {
                var reserved =
                        new Reserved(slots, slots.reserve(), descriptors.shim, hooks, IdMaps.NONE, Optional.empty());
                Program program = new CreateProgram(request, reserved, host).compile(plan);
                return new Listing(program).toString();
            } finally {
                descriptors.closeAll();
            }
        } catch (ErrnoException e) {
            throw new StepFailed("cannot explain " + request.bundle() + ": " + e.getMessage(), e.errno(), e);
        }
    }
}
