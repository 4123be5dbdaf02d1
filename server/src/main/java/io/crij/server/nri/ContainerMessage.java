package io.crij.server.nri;

import io.crij.oci.spec.Hook;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.CgroupPlaces;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerStatus;
import io.crij.server.cri.Resources;
import io.crij.server.nri.proto.Container;
import io.crij.server.nri.proto.ContainerState;
import io.crij.server.nri.proto.Hooks;
import io.crij.server.nri.proto.IOPrioClass;
import io.crij.server.nri.proto.Image;
import io.crij.server.nri.proto.LinuxContainer;
import io.crij.server.nri.proto.LinuxDevice;
import io.crij.server.nri.proto.LinuxIOPriority;
import io.crij.server.nri.proto.LinuxNamespace;
import io.crij.server.nri.proto.LinuxNetDevice;
import io.crij.server.nri.proto.LinuxScheduler;
import io.crij.server.nri.proto.LinuxSchedulerFlag;
import io.crij.server.nri.proto.LinuxSchedulerPolicy;
import io.crij.server.nri.proto.Mount;
import io.crij.server.nri.proto.OptionalFileMode;
import io.crij.server.nri.proto.OptionalUInt32;
import io.crij.server.nri.proto.POSIXRlimit;
import io.crij.server.nri.proto.User;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A container as plugins see it.
final class ContainerMessage {
    private ContainerMessage() {}

    /// @param spec empty when it cannot be read any more; what only stands there is absent then
    static Container of(ContainerRecord container, Optional<Spec> spec) {
        var config = container.config();
        var message = Container.newBuilder()
                .setId(container.id())
                .setPodSandboxId(container.podId())
                .setName(config.metadata().name())
                .putAllLabels(config.labels())
                .putAllAnnotations(config.annotations())
                .setPid(container.pid().orElse(0))
                .setCreatedAt(nanos(container.createdAt()))
                .setUser(user(container))
                .setImage(image(container));
        state(container.status(), message);
        if (spec.isPresent()) {
            fill(message, spec.get());
        }
        return message.setLinux(linux(container, spec)).build();
    }

    private static void state(ContainerStatus status, Container.Builder message) {
        switch (status) {
            case ContainerStatus.Creating _, ContainerStatus.Created _ ->
                message.setState(ContainerState.CONTAINER_CREATED);
            case ContainerStatus.Running running ->
                message.setState(ContainerState.CONTAINER_RUNNING).setStartedAt(nanos(running.startedAt()));
            case ContainerStatus.Exited exited ->
                message.setState(ContainerState.CONTAINER_STOPPED)
                        .setStartedAt(nanos(exited.startedAt()))
                        .setFinishedAt(nanos(exited.finishedAt()))
                        .setExitCode(exited.code())
                        .setStatusReason(exited.reason())
                        .setStatusMessage(exited.message());
            case ContainerStatus.Unknown unknown ->
                message.setState(ContainerState.CONTAINER_UNKNOWN)
                        .setStartedAt(nanos(unknown.startedAt()))
                        .setStatusMessage(unknown.message());
        }
    }

    private static long nanos(@Nullable Instant time) {
        return time == null ? 0 : time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }

    private static User user(ContainerRecord container) {
        var user = container.config().user();
        return User.newBuilder()
                .setUid((int) user.uid())
                .setGid((int) user.gid())
                .addAllAdditionalGids(
                        user.supplementalGroups().stream().map(Long::intValue).toList())
                .build();
    }

    private static Image image(ContainerRecord container) {
        var config = container.config();
        int digest = config.imageRef().indexOf("@");
        return Image.newBuilder()
                .setName(config.userSpecifiedImage().isEmpty() ? config.image() : config.userSpecifiedImage())
                .setDigest(digest < 0 ? "" : config.imageRef().substring(digest + 1))
                .setConfigDigest(config.imageId())
                .build();
    }

    private static void fill(Container.Builder message, Spec spec) {
        message.putAllAnnotations(spec.annotations()).setHooks(hooks(spec.hooks()));
        for (var mount : spec.mounts()) {
            message.addMounts(Mount.newBuilder()
                    .setDestination(mount.destination())
                    .setType(orEmpty(mount.type()))
                    .setSource(orEmpty(mount.source()))
                    .addAllOptions(mount.options()));
        }
        @Nullable Process process = spec.process();
        if (process != null) {
            message.addAllArgs(process.args()).addAllEnv(process.env());
            for (var limit : process.rlimits()) {
                message.addRlimits(POSIXRlimit.newBuilder()
                        .setType(limit.type().name())
                        .setHard(limit.hard())
                        .setSoft(limit.soft()));
            }
        }
    }

    private static Hooks hooks(io.crij.oci.spec.Hooks hooks) {
        return Hooks.newBuilder()
                .addAllPrestart(hooks(hooks.prestart()))
                .addAllCreateRuntime(hooks(hooks.createRuntime()))
                .addAllCreateContainer(hooks(hooks.createContainer()))
                .addAllStartContainer(hooks(hooks.startContainer()))
                .addAllPoststart(hooks(hooks.poststart()))
                .addAllPoststop(hooks(hooks.poststop()))
                .build();
    }

    private static List<io.crij.server.nri.proto.Hook> hooks(List<Hook> hooks) {
        return hooks.stream()
                .map(hook -> {
                    var message = io.crij.server.nri.proto.Hook.newBuilder()
                            .setPath(hook.path())
                            .addAllArgs(hook.args())
                            .addAllEnv(hook.env());
                    Optionals.ifPresent(hook.timeout(), seconds -> message.setTimeout(Optionals.ofInt(seconds)));
                    return message.build();
                })
                .toList();
    }

    private static LinuxContainer linux(ContainerRecord container, Optional<Spec> spec) {
        // the record knows of updates, the specification of what the record has no room for
        var now = LimitMessages.of(Resources.message(container.resources()));
        var linux = LinuxContainer.newBuilder().setCgroupsPath(CgroupPlaces.cgroupsPath(container.cgroup()));
        if (spec.isEmpty()) {
            return linux.setResources(now).build();
        }
        var part = spec.get().linux();
        linux.setResources(Limits.over(LimitMessages.of(part.resources()), now)).putAllSysctl(part.sysctl());
        part.namespaces()
                .forEach(namespace -> linux.addNamespaces(LinuxNamespace.newBuilder()
                        .setType(namespace.type().toString())
                        .setPath(orEmpty(namespace.path()))));
        part.devices().forEach(device -> linux.addDevices(device(device)));
        part.netDevices()
                .forEach((host, device) -> linux.putNetDevices(
                        host,
                        LinuxNetDevice.newBuilder()
                                .setName(orEmpty(device.name()))
                                .build()));
        Optionals.ifPresent(part.seccomp(), filter -> linux.setSeccompPolicy(SeccompMessage.of(filter)));
        Optionals.ifPresent(spec.get().process(), process -> process(process, linux));
        return linux.build();
    }

    private static void process(Process process, LinuxContainer.Builder linux) {
        Optionals.ifPresent(process.oomScoreAdj(), score -> linux.setOomScoreAdj(Optionals.ofInt(score)));
        Optionals.ifPresent(
                process.ioPriority(),
                priority -> linux.setIoPriority(LinuxIOPriority.newBuilder()
                        .setClass_(IOPrioClass.forNumber(priority.ioClass().number()))
                        .setPriority(priority.priority())));
        Optionals.ifPresent(
                process.scheduler(),
                scheduler -> linux.setScheduler(LinuxScheduler.newBuilder()
                        .setPolicy(
                                LinuxSchedulerPolicy.valueOf(scheduler.policy().name()))
                        .setNice(scheduler.nice())
                        .setPriority(scheduler.priority())
                        .addAllFlags(scheduler.flags().stream()
                                .map(flag -> LinuxSchedulerFlag.valueOf(flag.name()))
                                .toList())
                        .setRuntime(scheduler.runtime())
                        .setDeadline(scheduler.deadline())
                        .setPeriod(scheduler.period())));
    }

    private static LinuxDevice device(io.crij.oci.spec.Device device) {
        var message = LinuxDevice.newBuilder()
                .setPath(device.path())
                .setType(device.type().toString())
                .setMajor(device.major())
                .setMinor(device.minor());
        Optionals.ifPresent(
                device.fileMode(),
                mode -> message.setFileMode(OptionalFileMode.newBuilder().setValue(mode)));
        Optionals.ifPresent(device.uid(), uid -> message.setUid(u32(uid)));
        Optionals.ifPresent(device.gid(), gid -> message.setGid(u32(gid)));
        return message.build();
    }

    private static OptionalUInt32 u32(long value) {
        return OptionalUInt32.newBuilder().setValue((int) value).build();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
