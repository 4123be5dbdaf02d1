package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.BlockIO;
import io.crij.oci.spec.LinuxResources.Cpu;
import io.crij.oci.spec.LinuxResources.Memory;
import io.crij.oci.spec.LinuxResources.Pids;
import io.crij.oci.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "update", mixinStandardHelpOptions = true, description = "Changes the limits of a container.")
final class Update implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Option(
            names = {"--resources", "-r"},
            paramLabel = "FILE|-",
            description = "LinuxResources as JSON.")
    private @Nullable String resources;

    @Option(names = "--cpu-share", paramLabel = "N")
    private @Nullable Long cpuShare;

    @Option(names = "--cpu-quota", paramLabel = "MICROSECONDS")
    private @Nullable Long cpuQuota;

    @Option(names = "--cpu-burst", paramLabel = "MICROSECONDS")
    private @Nullable Long cpuBurst;

    @Option(names = "--cpu-period", paramLabel = "MICROSECONDS")
    private @Nullable Long cpuPeriod;

    @Option(names = "--cpu-rt-runtime", paramLabel = "MICROSECONDS")
    private @Nullable Long cpuRtRuntime;

    @Option(names = "--cpu-rt-period", paramLabel = "MICROSECONDS")
    private @Nullable Long cpuRtPeriod;

    @Option(names = "--cpu-idle", paramLabel = "0|1")
    private @Nullable Long cpuIdle;

    @Option(names = "--cpuset-cpus", paramLabel = "LIST")
    private @Nullable String cpusetCpus;

    @Option(names = "--cpuset-mems", paramLabel = "LIST")
    private @Nullable String cpusetMems;

    @Option(names = "--memory", paramLabel = "BYTES", converter = Size.class)
    private @Nullable Long memory;

    @Option(names = "--memory-reservation", paramLabel = "BYTES", converter = Size.class)
    private @Nullable Long memoryReservation;

    @Option(
            names = "--memory-swap",
            paramLabel = "BYTES",
            converter = Size.class,
            description = "Of memory and swap together; -1: no limit.")
    private @Nullable Long memorySwap;

    @Option(names = "--pids-limit", paramLabel = "N")
    private @Nullable Long pidsLimit;

    @Option(names = "--blkio-weight", paramLabel = "10-1000")
    private @Nullable Integer blkioWeight;

    @Option(names = "--l3-cache-schema", paramLabel = "SCHEMA", description = "Refused: no resctrl.", hidden = true)
    private @Nullable String l3CacheSchema;

    @Option(names = "--mem-bw-schema", paramLabel = "SCHEMA", description = "Refused: no resctrl.", hidden = true)
    private @Nullable String memBwSchema;

    @Parameters(paramLabel = "ID")
    private String id;

    @Override
    public Integer call() throws OciException, IOException {
        if (l3CacheSchema != null || memBwSchema != null) {
            throw new Unsupported(
                    "--l3-cache-schema, --mem-bw-schema: this runtime does not change resctrl's classes of"
                            + " service; write to /sys/fs/resctrl");
        }
        command.runtime().update(id, resources == null ? ofOptions() : given(resources));
        return 0;
    }

    private static LinuxResources given(String file) throws OciException, IOException {
        byte[] json = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
        return new SpecReader().resources(json);
    }

    private LinuxResources ofOptions() {
        return LinuxResources.NONE.with(r -> {
            r.cpu = new Cpu(
                    cpuShare,
                    cpuQuota,
                    cpuBurst,
                    cpuPeriod,
                    cpuRtRuntime,
                    cpuRtPeriod,
                    cpusetCpus,
                    cpusetMems,
                    cpuIdle);
            r.memory = new Memory(memory, memoryReservation, memorySwap, null, null, null, null, null, null);
            r.pids = new Pids(pidsLimit);
            r.blockIO = new BlockIO(blkioWeight, null, List.of(), List.of(), List.of(), List.of(), List.of());
        });
    }
}
