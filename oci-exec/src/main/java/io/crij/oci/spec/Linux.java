package io.crij.oci.spec;

import io.crij.oci.json.Traits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The Linux part of a configuration.
///
/// @param sysctl name with dots → value
/// @param cgroupsPath absolute: below the cgroup root; relative: below a place of the runtime's choice; absent:
///     likewise
/// @param netDevices name in the runtime's network namespace → where it goes
/// @param rootfsPropagation `shared`, `slave`, `private` or `unbindable`, with an `r` in front for recursive
/// @param mountLabel SELinux context of the mounts
public record Linux(
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        Map<String, String> sysctl,
        LinuxResources resources,
        @Nullable String cgroupsPath,
        List<Namespace> namespaces,
        List<Device> devices,
        Map<String, NetDevice> netDevices,
        @Nullable Seccomp seccomp,
        @Nullable String rootfsPropagation,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        @Nullable String mountLabel,
        @Nullable IntelRdt intelRdt,
        @Nullable MemoryPolicy memoryPolicy,
        @Nullable Personality personality,
        Map<String, TimeOffset> timeOffsets)
        implements Absent.Omittable {
    static final Traits JSON = Traits.recurring("seccomp");

    public static final Linux EMPTY = new Linux(
            List.of(),
            List.of(),
            Map.of(),
            LinuxResources.NONE,
            null,
            List.of(),
            List.of(),
            Map.of(),
            null,
            null,
            List.of(),
            List.of(),
            null,
            null,
            null,
            null,
            Map.of());

    public Linux {
        uidMappings = Absent.toEmpty(uidMappings);
        gidMappings = Absent.toEmpty(gidMappings);
        sysctl = Absent.toEmpty(sysctl);
        resources = Absent.or(resources, LinuxResources.NONE);
        namespaces = Absent.toEmpty(namespaces);
        devices = Absent.toEmpty(devices);
        netDevices = Absent.toEmpty(netDevices);
        maskedPaths = Absent.toEmpty(maskedPaths);
        readonlyPaths = Absent.toEmpty(readonlyPaths);
        timeOffsets = Absent.toEmpty(timeOffsets);
    }

    /// The namespace of this type; empty when the container stays in the runtime's.
    public Optional<Namespace> namespace(Namespace.Type type) {
        for (Namespace namespace : namespaces) {
            if (namespace.type() == type) {
                return Optional.of(namespace);
            }
        }
        return Optional.empty();
    }

    /// Whether the container gets a new namespace of this type.
    public boolean creates(Namespace.Type type) {
        return namespace(type).filter(n -> n.path() == null).isPresent();
    }

    /// Where a network device of the host goes.
    ///
    /// @param name in the container; absent: as it is; with `%d`: a template, the kernel finds a number
    public record NetDevice(@Nullable String name) {
        /// @param name on the host
        public String nameOr(String host) {
            return name == null || name.isEmpty() ? host : name;
        }
    }

    /// What `clock_gettime` shows in the container's time namespace more than outside.
    public record TimeOffset(long secs, long nanosecs) {}

    /// Execution domain, as for personality(2).
    ///
    /// @param domain `LINUX` or `LINUX32`
    public record Personality(Domain domain, List<String> flags) {
        public Personality {
            Absent.required(domain, "domain");
            flags = Absent.toEmpty(flags);
        }

        public enum Domain {
            LINUX(0x0000),
            LINUX32(0x0008);

            private final long number;

            Domain(long number) {
                this.number = number;
            }

            /// The argument of personality(2).
            public long number() {
                return number;
            }
        }
    }

    /// Intel RDT: cache and memory bandwidth by resctrl.
    ///
    /// @param closID class of service; absent: the container's id
    /// @param schemata lines for the `schemata` file
    public record IntelRdt(
            @Nullable String closID,
            List<String> schemata,
            @Nullable String l3CacheSchema,
            @Nullable String memBwSchema,
            boolean enableMonitoring) {
        public IntelRdt {
            schemata = Absent.toEmpty(schemata);
        }
    }

    @Override
    public Object empty() {
        return EMPTY;
    }

    public Linux with(Consumer<Edit> change) {
        var edit = new Edit(this);
        change.accept(edit);
        return edit.build();
    }

    /// The mutable form of [Linux], for [#with] only.
    public static final class Edit {
        public List<IdMapping> uidMappings;
        public List<IdMapping> gidMappings;
        public Map<String, String> sysctl;
        public LinuxResources resources;
        public @Nullable String cgroupsPath;
        public List<Namespace> namespaces;
        public List<Device> devices;
        public Map<String, NetDevice> netDevices;
        public @Nullable Seccomp seccomp;
        public @Nullable String rootfsPropagation;
        public List<String> maskedPaths;
        public List<String> readonlyPaths;
        public @Nullable String mountLabel;
        public @Nullable IntelRdt intelRdt;
        public @Nullable MemoryPolicy memoryPolicy;
        public @Nullable Personality personality;
        public Map<String, TimeOffset> timeOffsets;

        private Edit(Linux linux) {
            uidMappings = new ArrayList<>(linux.uidMappings);
            gidMappings = new ArrayList<>(linux.gidMappings);
            sysctl = new LinkedHashMap<>(linux.sysctl);
            resources = linux.resources;
            cgroupsPath = linux.cgroupsPath;
            namespaces = new ArrayList<>(linux.namespaces);
            devices = new ArrayList<>(linux.devices);
            netDevices = new LinkedHashMap<>(linux.netDevices);
            seccomp = linux.seccomp;
            rootfsPropagation = linux.rootfsPropagation;
            maskedPaths = new ArrayList<>(linux.maskedPaths);
            readonlyPaths = new ArrayList<>(linux.readonlyPaths);
            mountLabel = linux.mountLabel;
            intelRdt = linux.intelRdt;
            memoryPolicy = linux.memoryPolicy;
            personality = linux.personality;
            timeOffsets = new LinkedHashMap<>(linux.timeOffsets);
        }

        private Linux build() {
            return new Linux(
                    uidMappings,
                    gidMappings,
                    sysctl,
                    resources,
                    cgroupsPath,
                    namespaces,
                    devices,
                    netDevices,
                    seccomp,
                    rootfsPropagation,
                    maskedPaths,
                    readonlyPaths,
                    mountLabel,
                    intelRdt,
                    memoryPolicy,
                    personality,
                    timeOffsets);
        }
    }
}
