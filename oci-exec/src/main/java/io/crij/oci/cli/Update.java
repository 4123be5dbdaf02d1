package io.crij.oci.cli;

import io.crij.oci.cli.Argument.Kind;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.BlockIO;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.oci.spec.LinuxResources.Pids;
import io.crij.oci.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class Update implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax("update", "Changes the limits of a container.");

    private final Argument<@Nullable String> resources =
            syntax.text("--resources, -r", "FILE|-", "LinuxResources as JSON.");
    private final Argument<@Nullable Long> cpuShare = number("--cpu-share", "N", Kind.LONG, "");
    private final Argument<@Nullable Long> cpuQuota = number("--cpu-quota", "MICROSECONDS", Kind.LONG, "");
    private final Argument<@Nullable Long> cpuBurst = number("--cpu-burst", "MICROSECONDS", Kind.LONG, "");
    private final Argument<@Nullable Long> cpuPeriod = number("--cpu-period", "MICROSECONDS", Kind.LONG, "");
    private final Argument<@Nullable Long> cpuRtRuntime = number("--cpu-rt-runtime", "MICROSECONDS", Kind.LONG, "");
    private final Argument<@Nullable Long> cpuRtPeriod = number("--cpu-rt-period", "MICROSECONDS", Kind.LONG, "");
    private final Argument<@Nullable Long> cpuIdle = number("--cpu-idle", "0|1", Kind.LONG, "");
    private final Argument<@Nullable String> cpusetCpus = syntax.text("--cpuset-cpus", "LIST", "");
    private final Argument<@Nullable String> cpusetMems = syntax.text("--cpuset-mems", "LIST", "");
    private final Argument<@Nullable Long> memory = number("--memory", "BYTES", Kind.SIZE, "");
    private final Argument<@Nullable Long> memoryReservation = number("--memory-reservation", "BYTES", Kind.SIZE, "");
    private final Argument<@Nullable Long> memorySwap =
            number("--memory-swap", "BYTES", Kind.SIZE, "Of memory and swap together; -1: no limit.");
    private final Argument<@Nullable Long> pidsLimit = number("--pids-limit", "N", Kind.LONG, "");
    private final Argument<@Nullable Integer> blkioWeight = syntax.option("--blkio-weight", "10-1000", "", Kind.INT);
    private final Argument<@Nullable String> l3CacheSchema =
            syntax.text("--l3-cache-schema", "SCHEMA", "Refused: no resctrl.").hidden();
    private final Argument<@Nullable String> memBwSchema =
            syntax.text("--mem-bw-schema", "SCHEMA", "Refused: no resctrl.").hidden();
    private final Argument<String> id = syntax.id();

    private Argument<@Nullable Long> number(String name, String label, Kind kind, String description) {
        return syntax.option(name, label, description, kind);
    }

    Update(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException {
        if (l3CacheSchema.value() != null || memBwSchema.value() != null) {
            throw new Unsupported(
                    "--l3-cache-schema, --mem-bw-schema: this runtime does not change resctrl's classes of"
                            + " service; write to /sys/fs/resctrl");
        }
        @Nullable String file = resources.value();
        command.runtime().update(id.value(), file == null ? ofOptions() : given(file));
        return 0;
    }

    private static LinuxResources given(String file) throws OciException, IOException {
        byte[] json = file.equals("-") ? System.in.readAllBytes() : FileErrors.read("--resources", Path.of(file));
        return new SpecReader().resources(json);
    }

    private LinuxResources ofOptions() {
        return LinuxResources.NONE.with(r -> {
            r.cpu = new Cpu(
                    cpuShare.value(),
                    cpuQuota.value(),
                    cpuBurst.value(),
                    cpuPeriod.value(),
                    cpuRtRuntime.value(),
                    cpuRtPeriod.value(),
                    cpusetCpus.value(),
                    cpusetMems.value(),
                    cpuIdle.value());
            r.memory = new Memory(
                    memory.value(), memoryReservation.value(), memorySwap.value(), null, null, null, null, null, null);
            r.pids = new Pids(pidsLimit.value());
            r.blockIO = new BlockIO(blkioWeight.value(), null, List.of(), List.of(), List.of(), List.of(), List.of());
        });
    }
}
