package io.crij.server.nri;

import io.crij.cri.v1.ContainerConfig;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerResources;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.Resources;
import io.crij.server.nri.proto.CDIDevice;
import io.crij.server.nri.proto.Container;
import io.crij.server.nri.proto.ContainerAdjustment;
import io.crij.server.nri.proto.ContainerUpdate;
import io.crij.server.nri.proto.CreateContainerRequest;
import io.crij.server.nri.proto.CreateContainerResponse;
import io.crij.server.nri.proto.Event;
import io.crij.server.nri.proto.LinuxContainerUpdate;
import io.crij.server.nri.proto.OwningPlugins;
import io.crij.server.nri.proto.PluginInstance;
import io.crij.server.nri.proto.PodSandbox;
import io.crij.server.nri.proto.SecurityProfile;
import io.crij.server.nri.proto.ValidateContainerAdjustmentRequest;
import io.crij.server.nri.proto.ValidateContainerAdjustmentResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Asks plugins about a container that is about to be made, each with what those before it want already, has the whole
/// validated, and changes the specification.
final class Creating {
    private final LimitUpdates updates;
    private final DefaultValidator validator;
    private final List<Path> cdiFolders;

    Creating(LimitUpdates updates, DefaultValidator validator, List<Path> cdiFolders) {
        this.updates = updates;
        this.validator = validator;
        this.cdiFolders = cdiFolders;
    }

    /// @throws SandboxException when a plugin refuses, two contradict each other, the outcome is not valid or cannot be
    ///     done
    Nri.Outcome ask(
            List<Plugin> plugins, PodRecord podRecord, ContainerRecord record, ContainerConfig request, Spec spec)
            throws SandboxException, InterruptedException {
        var profile = profile(request, spec);
        var pod = PodMessage.of(podRecord);
        var pristine = withRequest(ContainerMessage.of(record, Optional.of(spec)), request, profile);
        var adjustments = new Adjustments(pristine);
        var collected = new Updates(record.id());
        boolean changed = false;
        for (var plugin : plugins) {
            if (!plugin.wants(Event.CREATE_CONTAINER)) {
                continue;
            }
            var question = CreateContainerRequest.newBuilder()
                    .setPod(pod)
                    .setContainer(changed ? adjustments.container() : pristine)
                    .build();
            var answer = plugin.ask(
                    "CreateContainer", question, CreateContainerResponse.parser(), "container " + record.id());
            if (answer.isPresent()) {
                adjustments.add(plugin.id(), answer.get().getAdjust());
                collected.add(plugin.id(), answer.get().getUpdateList());
                collected.evict(plugin.id(), answer.get().getEvictList());
                changed |= !answer.get().getAdjust().equals(ContainerAdjustment.getDefaultInstance());
            }
        }
        if (collected.concernsSubject()) {
            throw new SandboxException.Refused("NRI plugin " + collected.bySubject() + " wants to update container "
                    + record.id() + " while it is being made; it has to adjust it instead");
        }
        validate(plugins, podRecord, pod, pristine, adjustments, collected, profile);
        var outcome =
                changed ? apply(adjustments.result(), adjustments.owners(), record, spec) : new Nri.Outcome(spec, null);
        updates.applyOrRefuse(collected.others());
        updates.evict(collected.evictions());
        return outcome;
    }

    /// What only the request says.
    private static Container withRequest(
            Container container, ContainerConfig request, DefaultValidator.Profile profile) {
        var whole = container.toBuilder();
        request.getCDIDevicesList()
                .forEach(device -> whole.addCDIDevices(CDIDevice.newBuilder().setName(device.getName())));
        var message = SecurityProfile.newBuilder();
        switch (profile) {
            case UNCONFINED -> message.setProfileType(SecurityProfile.ProfileType.UNCONFINED);
            case RUNTIME_DEFAULT -> message.setProfileType(SecurityProfile.ProfileType.RUNTIME_DEFAULT);
            case CUSTOM ->
                message.setProfileType(SecurityProfile.ProfileType.LOCALHOST)
                        .setLocalhostRef(request.getLinux()
                                .getSecurityContext()
                                .getSeccomp()
                                .getLocalhostRef());
        }
        return whole.setLinux(whole.getLinux().toBuilder().setSeccompProfile(message))
                .build();
    }

    @SuppressWarnings("deprecation")
    private static DefaultValidator.Profile profile(ContainerConfig request, Spec spec) {
        var security = request.getLinux().getSecurityContext();
        if (spec.linux().seccomp() == null) {
            return DefaultValidator.Profile.UNCONFINED;
        }
        boolean custom = security.hasSeccomp()
                ? security.getSeccomp().getProfileType() == io.crij.cri.v1.SecurityProfile.ProfileType.Localhost
                : security.getSeccompProfilePath().startsWith("localhost/");
        return custom ? DefaultValidator.Profile.CUSTOM : DefaultValidator.Profile.RUNTIME_DEFAULT;
    }

    private void validate(
            List<Plugin> plugins,
            PodRecord podRecord,
            PodSandbox pod,
            Container pristine,
            Adjustments adjustments,
            Updates collected,
            DefaultValidator.Profile profile)
            throws SandboxException, InterruptedException {
        var asked = plugins.stream().filter(plugin -> !plugin.closed()).toList();
        validator.checkPresence(
                podRecord.config().annotations(),
                pristine.getName(),
                asked.stream().map(Plugin::name).toList());
        validator.checkChanges(adjustments.owners(), profile);
        for (var plugin : asked) {
            if (plugin.wants(Event.VALIDATE_CONTAINER_ADJUSTMENT)) {
                validate(plugin, question(asked, pod, pristine, adjustments, collected));
            }
        }
    }

    private static void validate(Plugin plugin, ValidateContainerAdjustmentRequest question)
            throws SandboxException, InterruptedException {
        var id = question.getContainer().getId();
        var verdict = plugin.ask(
                "ValidateContainerAdjustment",
                question,
                ValidateContainerAdjustmentResponse.parser(),
                "container " + id);
        if (verdict.isPresent() && verdict.get().getReject()) {
            throw new SandboxException.Refused("NRI plugin " + plugin.id() + " does not allow what others want of"
                    + " container " + id + ": " + verdict.get().getReason());
        }
    }

    private static ValidateContainerAdjustmentRequest question(
            List<Plugin> plugins, PodSandbox pod, Container pristine, Adjustments adjustments, Updates collected) {
        var question = ValidateContainerAdjustmentRequest.newBuilder()
                .setPod(pod)
                .setContainer(pristine)
                .setAdjust(adjustments.result())
                .setOwners(OwningPlugins.newBuilder()
                        .putOwners(pristine.getId(), adjustments.owners().message()));
        collected
                .others()
                .forEach(update -> question.addUpdate(ContainerUpdate.newBuilder()
                        .setContainerId(update.container())
                        .setLinux(LinuxContainerUpdate.newBuilder().setResources(update.limits()))
                        .setIgnoreFailure(update.mayFail())));
        plugins.forEach(plugin -> question.addPlugins(
                PluginInstance.newBuilder().setName(plugin.name()).setIndex(plugin.index())));
        return question.build();
    }

    private Nri.Outcome apply(ContainerAdjustment wanted, Owners owners, ContainerRecord record, Spec spec)
            throws SandboxException {
        var changed = new SpecChanges(cdiFolders, wanted, owners).applyTo(spec);
        var limits = wanted.getLinux().getResources();
        var by = LimitOwners.of(owners);
        ContainerResources resources = record.resources();
        try {
            var step = updates.change(limits, Resources.message(resources), by);
            resources = resources.updatedBy(step.update());
            var whole = SpecLimits.over(changed.linux().resources(), step.kernel());
            var rules = new java.util.ArrayList<>(whole.devices());
            rules.addAll(step.kernel().devices());
            changed = changed.with(s -> s.linux = s.linux.with(l -> l.resources = whole.with(r -> r.devices = rules)));
        } catch (SandboxException.Invalid | SandboxException.Unsupported e) {
            throw new SandboxException.Refused(
                    "NRI plugin " + by + " wants limits that cannot be set: " + e.getMessage());
        }
        return new Nri.Outcome(changed, withScore(resources, wanted));
    }

    private static ContainerResources withScore(ContainerResources resources, ContainerAdjustment wanted) {
        if (!wanted.getLinux().hasOomScoreAdj()) {
            return resources;
        }
        var score = Resources.message(ContainerResources.none()).toBuilder()
                .setOomScoreAdj(wanted.getLinux().getOomScoreAdj().getValue())
                .build();
        return resources.updatedBy(Resources.of(score));
    }
}
