package io.crij.server.nri;

import io.crij.oci.spec.Hook;
import io.crij.oci.spec.Hooks;
import io.crij.oci.spec.IoPriority;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Rlimit;
import io.crij.oci.spec.Scheduler;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import io.crij.server.cdi.CdiDevices;
import io.crij.server.cdi.CdiName;
import io.crij.server.nri.proto.ContainerAdjustment;
import io.crij.server.nri.proto.Field;
import io.crij.server.nri.proto.IOPrioClass;
import io.crij.server.nri.proto.LinuxContainerAdjustment;
import io.crij.server.nri.proto.LinuxSchedulerPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes what plugins want of it out of a specification, all but the limits. What the executor cannot do is refused
/// here, where the plugin is known.
final class SpecChanges {
    private static final String GONE = "-";
    private static final int LARGEST_SCORE = 1000;

    private final List<Path> cdiFolders;
    private final ContainerAdjustment wanted;
    private final LinuxContainerAdjustment linux;
    private final Owners owners;

    SpecChanges(List<Path> cdiFolders, ContainerAdjustment wanted, Owners owners) {
        this.cdiFolders = cdiFolders;
        this.wanted = wanted;
        this.linux = wanted.getLinux();
        this.owners = owners;
    }

    Spec applyTo(Spec spec) throws SandboxException {
        var process = process(Objects.requireNonNull(spec.process()));
        var changed = spec.with(s -> {
            s.process = process;
            s.hooks = hooks(s.hooks);
            wanted.getAnnotationsMap().forEach((key, value) -> {
                if (key.startsWith(GONE)) {
                    s.annotations.remove(key.substring(1));
                } else {
                    s.annotations.put(key, value);
                }
            });
        });
        changed = cdi(changed);
        var part = new LinuxChanges(linux, owners).applyTo(changed.linux());
        changed = changed.with(s -> s.linux = part);
        return new MountChanges(wanted.getMountsList(), owners).applyTo(changed);
    }

    private Process process(Process process) throws SandboxException {
        var rlimits = rlimits(process.rlimits());
        var priority = ioPriority();
        var scheduler = scheduler();
        long score = linux.getOomScoreAdj().getValue();
        if (score < -LARGEST_SCORE || score > LARGEST_SCORE) {
            throw refused(Field.OomScoreAdj, "", "the oom_score_adj " + score + ", which is not from -1000 to 1000");
        }
        return process.with(p -> {
            p.env = env(p.env);
            p.rlimits = rlimits;
            if (wanted.getArgsCount() > 0) {
                p.args = new ArrayList<>(wanted.getArgsList());
            }
            if (linux.hasOomScoreAdj()) {
                p.oomScoreAdj = (int) score;
            }
            priority.ifPresent(value -> p.ioPriority = value);
            scheduler.ifPresent(value -> p.scheduler = value);
        });
    }

    private List<String> env(List<String> present) {
        var all = new LinkedHashMap<String, String>();
        present.forEach(assignment -> all.put(assignment.split("=", 2)[0], assignment));
        for (var variable : wanted.getEnvList()) {
            if (variable.getKey().startsWith(GONE)) {
                all.remove(variable.getKey().substring(1));
            } else {
                all.put(variable.getKey(), variable.getKey() + "=" + variable.getValue());
            }
        }
        return new ArrayList<>(all.values());
    }

    private List<Rlimit> rlimits(List<Rlimit> present) throws SandboxException {
        var all = new LinkedHashMap<Rlimit.Type, Rlimit>();
        present.forEach(limit -> all.put(limit.type(), limit));
        for (var limit : wanted.getRlimitsList()) {
            var name = limit.getType().startsWith(GONE) ? limit.getType().substring(1) : limit.getType();
            var type = Arrays.stream(Rlimit.Type.values())
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> refused(
                            Field.Rlimits, limit.getType(), "the rlimit \"" + name + "\", which does not exist"));
            if (limit.getType().startsWith(GONE)) {
                all.remove(type);
            } else {
                all.put(type, new Rlimit(type, limit.getSoft(), limit.getHard()));
            }
        }
        return new ArrayList<>(all.values());
    }

    private Optional<IoPriority> ioPriority() throws SandboxException {
        if (!linux.hasIoPriority() || linux.getIoPriority().getClass_() == IOPrioClass.IOPRIO_CLASS_NONE) {
            return Optional.empty();
        }
        int number = linux.getIoPriority().getClass_Value();
        return Optional.of(new IoPriority(
                Arrays.stream(IoPriority.IoClass.values())
                        .filter(known -> known.number() == number)
                        .findFirst()
                        .orElseThrow(() -> refused(
                                Field.IoPriority, "", "the I/O priority class " + number + ", which does not exist")),
                linux.getIoPriority().getPriority()));
    }

    private Optional<Scheduler> scheduler() throws SandboxException {
        var message = linux.getScheduler();
        if (!linux.hasScheduler() || message.getPolicy() == LinuxSchedulerPolicy.SCHED_NONE) {
            return Optional.empty();
        }
        var flags = new ArrayList<Scheduler.Flag>();
        for (var flag : message.getFlagsList()) {
            flags.add(word(Scheduler.Flag.class, flag.name(), Field.LinuxSched));
        }
        return Optional.of(new Scheduler(
                word(Scheduler.Policy.class, message.getPolicy().name(), Field.LinuxSched),
                message.getNice(),
                message.getPriority(),
                flags,
                message.getRuntime(),
                message.getDeadline(),
                message.getPeriod()));
    }

    private Hooks hooks(Hooks present) {
        var added = wanted.getHooks();
        return new Hooks(
                and(present.prestart(), added.getPrestartList()),
                and(present.createRuntime(), added.getCreateRuntimeList()),
                and(present.createContainer(), added.getCreateContainerList()),
                and(present.startContainer(), added.getStartContainerList()),
                and(present.poststart(), added.getPoststartList()),
                and(present.poststop(), added.getPoststopList()));
    }

    private static List<Hook> and(List<Hook> present, List<io.crij.server.nri.proto.Hook> added) {
        return Stream.concat(
                        present.stream(),
                        added.stream()
                                .map(hook -> new Hook(
                                        hook.getPath(),
                                        hook.getArgsList(),
                                        hook.getEnvList(),
                                        hook.hasTimeout()
                                                ? (Integer)
                                                        (int) hook.getTimeout().getValue()
                                                : null)))
                .toList();
    }

    private Spec cdi(Spec spec) throws SandboxException {
        if (wanted.getCDIDevicesCount() == 0) {
            return spec;
        }
        var names = new LinkedHashSet<CdiName>();
        for (var device : wanted.getCDIDevicesList()) {
            var by = owners.named(Field.CdiDevices, device.getName());
            names.add(CdiName.parse("CDI device of NRI plugin " + by, device.getName()));
        }
        return CdiDevices.read(cdiFolders).edits(names).applyTo(spec);
    }

    private <E extends Enum<E>> E word(Class<E> type, String text, Field field) throws SandboxException.Refused {
        try {
            return Enum.valueOf(type, text);
        } catch (IllegalArgumentException e) {
            throw refused(field, "", "\"" + text + "\" for " + field + ", which does not exist");
        }
    }

    private SandboxException.Refused refused(Field field, String key, String what) {
        return new SandboxException.Refused("NRI plugin " + owners.named(field, key) + " wants " + what);
    }
}
