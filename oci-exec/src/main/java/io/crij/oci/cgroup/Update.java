package io.crij.oci.cgroup;

import io.crij.linux.ErrnoException;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.LinuxResources;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One change of a container's limits: all of it or nothing.
final class Update {
    private static final Set<String> DEVICES = Set.of("devices.allow", "devices.deny");

    private final CgroupFolders folders;
    private final Optional<Scope> scope;

    /// What brings the old values back, the last write first.
    private final Deque<Write> undo = new ArrayDeque<>();

    Update(CgroupFolders folders, Optional<Scope> scope) {
        this.folders = folders;
        this.scope = scope;
    }

    void apply(LinuxResources resources) throws OciException {
        // everything is checked before anything is written
        checkUsage(resources.memory());
        boolean pure = folders.host().pure();
        List<Write> writes = pure
                ? V2Limits.writes(folders.v2().orElseThrow(), resources, Writes::tryRead)
                : V1Limits.writes(folders, resources, Writes::tryRead);
        Optional<byte[]> filter = pure && !resources.devices().isEmpty()
                ? Optional.of(DeviceProgram.compile(resources.devices()))
                : Optional.empty();
        try {
            for (Write write : writes) {
                remember(write);
                Writes.execute(write);
            }
            if (filter.isPresent()) {
                Cgroup.attach(folders.v2().orElseThrow(), filter.get());
            }
            // last: what systemd refuses is undone here, not the other way round
            if (scope.isPresent()) {
                scope.get().set(writes);
            }
        } catch (OciException e) {
            restore(e);
            throw e;
        }
    }

    /// Version 2 would begin to kill where version 1 refuses.
    private void checkUsage(LinuxResources.Memory memory) throws InvalidSpec {
        @Nullable Long limit = memory.limit();
        if (limit == null || limit <= 0 || !Boolean.TRUE.equals(memory.checkBeforeUpdate())) {
            return;
        }
        Optional<Path> file = folders.v1("memory")
                .map(folder -> folder.resolve("memory.usage_in_bytes"))
                .or(() -> folders.v2().map(folder -> folder.resolve("memory.current")));
        long usage = file.flatMap(Writes::tryRead).map(Long::parseLong).orElse(0L);
        if (usage > limit) {
            throw new InvalidSpec(
                    "linux.resources.memory.limit",
                    Long.toString(limit),
                    "is below what the processes use now, " + usage + " bytes");
        }
    }

    private void remember(Write write) {
        String file = String.valueOf(write.file().getFileName());
        if (DEVICES.contains(file)) {
            rememberDevices(write.file().resolveSibling("devices.list"));
        } else {
            Writes.tryRead(write.file())
                    .map(now -> OldValue.of(file, write.value(), now))
                    .ifPresent(old -> undo.push(new Write(write.file(), old, write.property(), false)));
        }
    }

    /// Rules can only be added to; so all of them are made anew, once.
    private void rememberDevices(Path list) {
        if (undo.stream().anyMatch(w -> DEVICES.contains(String.valueOf(w.file().getFileName())))) {
            return;
        }
        var rules = new ArrayList<Write>();
        String property = "linux.resources.devices";
        rules.add(new Write(list.resolveSibling("devices.deny"), "a", property, false));
        Writes.tryRead(list)
                .orElse("")
                .lines()
                .forEach(line -> rules.add(new Write(
                        list.resolveSibling("devices.allow"), line.startsWith("a") ? "a" : line, property, false)));
        rules.reversed().forEach(undo::push);
    }

    private void restore(OciException why) {
        for (Write old : undo) {
            try {
                Writes.write(old.file(), old.value());
            } catch (ErrnoException e) {
                why.addSuppressed(Writes.failed(old, e.errno(), e));
            }
        }
    }
}
