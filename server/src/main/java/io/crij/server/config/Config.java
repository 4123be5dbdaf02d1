package io.crij.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The configuration of `crij serve`. Every key, its default and its documentation stand here and nowhere else:
/// `crij config` and the reference print them from these records.
///
/// Files: `/etc/crij/crij.toml`, then `/etc/crij/crij.conf.d/*.toml` in the order of their names, then flags; what
/// comes later wins key by key. Lists are replaced as a whole, tables are merged.
public record Config(
        @Key("Where the server listens and keeps its state.")
        Server server,

        @Key("What the server writes to standard error.") Log log,

        @Key("The container monitor, conmon-j, which owns the processes of all containers.")
        Monitor monitor,

        @Key("What holds for all pods and runtime handlers.")
        Runtime runtime,

        @Key("The runtime handlers that a RuntimeClass can name.")
        Map<String, Handler> runtimes,

        @Key("What containers get that do not ask for something else.")
        Containers containers,

        @Key("Pod networks: CNI.") Network network,
        @Key("Images and registries.") Images images,

        @Key("The server of exec, attach and port-forward.") Streaming streaming,

        @Key("Resource usage for the kubelet.") Stats stats,

        @Key("Metrics of the server itself, for Prometheus.")
        Metrics metrics,

        @Key("The Node Resource Interface: plugins that take part in the life of pods and containers.")
        Nri nri,

        @Key("What NRI plugins may not do, whatever they are.")
        NriValidator nriValidator) {

    public static final Config DEFAULT = new Config(
            new Server(
                    Path.of("/run/crij/crij.sock"),
                    Path.of("/run/crij"),
                    Path.of("/var/lib/crij"),
                    ByteSize.parse("16MiB"),
                    ByteSize.parse("80MiB")),
            new Log(Log.Level.INFO, Log.Format.TEXT),
            new Monitor(Path.of(""), List.of("conmon-j"), Duration.ofSeconds(30)),
            new Runtime(
                    "crij",
                    CgroupDriver.AUTO,
                    "",
                    Map.of(
                            "net.ipv4.ip_unprivileged_port_start", "0",
                            "net.ipv4.ping_group_range", "0 2147483647"),
                    ByteSize.parse("64MiB")),
            Map.of("crij", Handler.DEFAULT),
            new Containers(
                    List.of(
                            "CHOWN",
                            "DAC_OVERRIDE",
                            "FSETID",
                            "FOWNER",
                            "SETGID",
                            "SETUID",
                            "SETPCAP",
                            "NET_BIND_SERVICE",
                            "KILL"),
                    Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                    Map.of(),
                    Path.of(""),
                    0,
                    List.of(),
                    List.of(Path.of("/etc/cdi"), Path.of("/var/run/cdi"))),
            new Network(
                    Path.of("/etc/cni/net.d"),
                    List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"), Path.of("/usr/libexec/cni")),
                    "",
                    Duration.ofMinutes(2)),
            new Images(
                    List.of(Path.of("/etc/crij/certs.d"), Path.of("/etc/containerd/certs.d")),
                    4,
                    Duration.ofSeconds(30),
                    List.of()),
            new Streaming(
                    "127.0.0.1", 0, Path.of(""), Path.of(""), Path.of(""), Duration.ofHours(4), Duration.ofMinutes(1)),
            new Stats(Duration.ofSeconds(10), List.of(MetricGroup.values())),
            new Metrics("127.0.0.1", 0),
            new Nri(
                    true,
                    Path.of("/var/run/nri/nri.sock"),
                    false,
                    Path.of("/opt/nri/plugins"),
                    Path.of("/etc/nri/conf.d"),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2)),
            new NriValidator(false, false, false, false, false, false, false, List.of(), ""));

    public record Server(
            @Key("Unix socket of the CRI; mode 0660.") Path socket,

            @Key("Folder of what does not survive a reboot: sockets, pinned namespaces, runtime state.")
            Path state,

            @Key("Folder of what survives a reboot: images, records of pods and containers, container file systems.")
            Path data,

            @Key(value = "Largest request that is accepted.", min = 65536, max = 1L << 30)
            ByteSize maxRequestSize,

            @Key(value = "Largest answer that is sent.", min = 65536, max = 1L << 30)
            ByteSize maxResponseSize) {}

    public record Log(
            @Key("The least serious lines that are written. At debug there is one line per call.")
            Level level,

            @Key("Lines for people, or one JSON object per line.")
            Format format) {
        public enum Level {
            ERROR,
            WARN,
            INFO,
            DEBUG,
            TRACE
        }

        public enum Format {
            TEXT,
            JSON
        }
    }

    public record Monitor(
            @Key("Unix socket of conmon-j; empty: conmon.sock in the state folder.")
            Path socket,

            @Key("""
                The command that starts conmon-j when crij starts and nothing answers on its socket; later it is not \
                started from here: systemctl start conmon-j, or restart crij. A name without a slash is looked \
                for beside the crij program, then in PATH. Empty: it is never started from here.\
                """) List<String> command,

            @Key(value = "How long conmon-j may take until its socket answers.", min = 100, max = 300_000)
            Duration startTimeout) {}

    public record Runtime(
            @Key("The handler of pods that name none.") String defaultHandler,

            @Key("""
                Who makes cgroups: systemd, or the server itself in the file system (cgroupfs). With auto it is systemd \
                where that is the first process and cgroups are version 2 only. The kubelet follows this through the \
                RuntimeConfig call.\
                """) CgroupDriver cgroupDriver,

            @Key("""
                The cgroup of pods whose request names no parent: a slice as crij.slice with systemd, else a path as \
                /crij; empty: these.\
                """) String cgroupParent,

            @Key("Sysctls of every pod; those of the pod itself win.")
            Map<String, String> sysctls,

            @Key(value = "Size of /dev/shm of a pod.", min = 4096)
            ByteSize shmSize) {}

    public enum CgroupDriver {
        AUTO,
        CGROUPFS,
        SYSTEMD
    }

    public record Handler(
            @Key("""
                How containers are made: builtin is the executor inside conmon-j; oci is another runtime with runc's \
                command line, as runc, crun, youki and runsc; shim-v2 is a shim of containerd's kind, as Kata's.\
                """) Type type,

            @Key("""
                oci, shim-v2: its program. A name without a slash is looked for in PATH; empty: the handler's own name, \
                for a shim containerd-shim-NAME-v2. A shim may be named as in containerd too: io.containerd.runc.v2.\
                """) Path path,

            @Key("oci, shim-v2: folder of the runtime's own state; empty: runtimes/NAME in the state folder.")
            Path root,

            @Key("oci: more options of the runtime, put before the verb of every call.")
            List<String> options,

            @Key("""
                shim-v2: program of the runtime behind it, for shims that take one (containerd-shim-runc-v2); empty: \
                the shim's choice.\
                """) Path shimRuntime,

            @Key("shim-v2: configuration file of the runtime behind it, as Kata has one; empty: the shim's choice.")
            Path configPath,

            @Key("""
                oci: what is special about it. runc: containers are processes of this host. gvisor: they are processes of a \
                sandbox, one for each pod, as with runsc. auto: gvisor for a program called runsc, runc for all others. \
                shim-v2: whose options it takes; auto: runc's for containerd-shim-runc-v2, gvisor's for \
                containerd-shim-runsc-v1, else the common ones.\
                """) Dialect dialect,

            @Key("""
                oci, shim-v2: annotations of pods and containers that mean something to a runtime, and reach it: names, or beginnings \
                with * at the end, as io.katacontainers.*. Others with the names of runtimes are kept from it.\
                """) List<String> allowedAnnotations,

            @Key("Seccomp profile (JSON) of RuntimeDefault; empty: that of the containers table.")
            Path seccompProfile,

            @Key("""
                Memory limits below this are refused: what a runtime needs for the start of a container counts too. runc wants \
                about 12MiB. 0B is no floor.\
                """) ByteSize memoryFloor,

            @Key(
                    value =
                            "oci, shim-v2: how long the runtime may take to create a container, or to execute a command in it, before it is killed.",
                    min = 1000)
            Duration createTimeout,

            @Key(
                    value = "oci, shim-v2: how long any other call of the runtime may take before it is killed.",
                    min = 1000)
            Duration timeout,

            @Key("Privileged containers get the devices of their request only, not all of the host.")
            boolean privilegedWithoutHostDevices) {
        public static final Handler DEFAULT = new Handler(
                Type.BUILTIN,
                Path.of(""),
                Path.of(""),
                List.of(),
                Path.of(""),
                Path.of(""),
                Dialect.AUTO,
                List.of(),
                Path.of(""),
                new ByteSize(0),
                Duration.ofMinutes(2),
                Duration.ofSeconds(30),
                false);

        public enum Type {
            BUILTIN,
            OCI,
            SHIM_V2;

            @Override
            public String toString() {
                return name().replace('_', '-');
            }
        }

        public enum Dialect {
            AUTO,
            RUNC,
            GVISOR
        }

        /// What is special about it, once its program is known.
        ///
        /// @param program path or name of it
        public Dialect dialectOf(Path program) {
            return switch (dialect) {
                case AUTO ->
                    program.endsWith("runsc") || program.endsWith("containerd-shim-runsc-v1")
                            ? Dialect.GVISOR
                            : Dialect.RUNC;
                case RUNC, GVISOR -> dialect;
            };
        }
    }

    public record Containers(
            @Key("Capabilities of a container that is not privileged, before what its request adds and drops.")
            List<String> capabilities,

            @Key("Environment variables; those of the image and of the request win.")
            Map<String, String> env,

            @Key("Resource limits by the names of getrlimit(2) in lower case, as nofile = \"1024:524288\" (soft:hard).")
            Map<String, String> ulimits,

            @Key("Seccomp profile (JSON) of RuntimeDefault; empty: the built-in one.")
            Path seccompProfile,

            @Key("Largest number of tasks in a container; 0 is no limit.")
            long pidsLimit,

            @Key("Host paths that must exist when they are mounted; any other missing path is made as a folder.")
            List<Path> rejectAbsentMountSources,

            @Key("Folders of device specifications (CDI), JSON or YAML; the devices of a later folder win.")
            List<Path> cdiSpecDirs) {}

    public record Network(
            @Key("Folder of the CNI network configurations; watched. The first in the order of names is used.")
            Path configDir,

            @Key("Folders of the CNI plugins, in the order of search.")
            List<Path> pluginDirs,

            @Key("Name of the network to use; empty: the first one found.")
            String defaultNetwork,

            @Key(value = "How long one run of a plugin may take before it is killed.", min = 1000)
            Duration pluginTimeout) {}

    public record Images(
            @Key("""
                Folders with one folder per registry host and a hosts.toml in each: mirrors, plain http, CA and client \
                certificates; the first that has the host counts; read at every pull.\
                """) List<Path> registryConfigDirs,

            @Key(value = "Layers of one image that are fetched at the same time.", min = 1, max = 64)
            int parallelDownloads,

            @Key(value = "A download without a byte for this long is broken off and resumed.", min = 1000)
            Duration stallTimeout,

            @Key("Images that the kubelet must not collect: names, or names with * at the end.")
            List<String> pinned) {}

    public record Streaming(
            @Key("Address to listen on, and the host in the URLs given out; 127.0.0.1 does for a kubelet.")
            String address,

            @Key(value = "TCP port; 0: any free one.", min = 0, max = 65_535)
            int port,

            @Key("Certificate (PEM) for TLS, read again when it changes; empty: no TLS.")
            Path tlsCert,

            @Key("Key (PEM, PKCS#8) of the certificate.") Path tlsKey,

            @Key("Authorities (PEM) one of which must have signed the client's certificate; empty: it needs none.")
            Path tlsCa,

            @Key(value = "A stream without a byte in either direction for this long is closed.", min = 1000)
            Duration idleTimeout,

            @Key(value = "How long a URL given out may wait for its client.", min = 1000, max = 3_600_000)
            Duration tokenLifetime) {}

    public record Stats(
            @Key(
                    value = "How far the two readings lie apart, at least, from which CPU usage per second is"
                            + " computed.",
                    min = 100)
            Duration interval,

            @Key("""
                Groups of the metrics that ListPodSandboxMetrics gives. What is not named is neither described nor                     read. The dearest is process, which looks at every open file.\
                """) List<MetricGroup> podMetrics) {}

    /// Of the metrics of pods and containers.
    public enum MetricGroup {
        CPU,
        MEMORY,
        NETWORK,
        DISK,
        DISK_IO,
        HUGETLB,
        OOM,
        PROCESS,
        SPEC,
        PRESSURE
    }

    public record Metrics(
            @Key("""
                The address that http://ADDRESS:PORT/metrics is served on, as a number. There is no authentication:                     beyond the loopback interface everybody who reaches the port can read it.\
                """) String address,

            @Key(value = "The port; 0: no metrics are served.", max = 65535)
            int port) {}

    public record Nri(
            @Key("Whether there are plugins at all.") boolean enable,

            @Key("""
                Unix socket that plugins connect to; mode 0600. When another runtime serves it already, that one keeps it \
                and no plugin can connect here.\
                """) Path socket,

            @Key("Do not listen: only the plugins of plugin_path take part.")
            boolean disableConnections,

            @Key("Folder of plugins that the server starts itself: programs with names as 10-NAME.")
            Path pluginPath,

            @Key("Folder of their configurations: 10-NAME.conf, or NAME.conf.")
            Path pluginConfigPath,

            @Key(value = """
                How long a plugin may take to register once it is connected, and then to take in the pods and containers \
                that are there already.\
                """, min = 100, max = 300_000) Duration pluginRegistrationTimeout,

            @Key(value = """
                How long a plugin may take over one request. One that takes longer is dropped; the pod goes on without \
                it.\
                """, min = 100, max = 300_000) Duration pluginRequestTimeout) {}

    public record NriValidator(
            @Key("Whether the other keys of this table count. A container that breaks one of them is not made.")
            boolean enable,

            @Key("Plugins must not add OCI hooks, which run as root on the host.")
            boolean rejectOciHookAdjustment,

            @Key("Plugins must not replace the seccomp profile of containers that have RuntimeDefault.")
            boolean rejectRuntimeDefaultSeccompAdjustment,

            @Key("Plugins must not set a seccomp filter for containers that are unconfined.")
            boolean rejectUnconfinedSeccompAdjustment,

            @Key("Plugins must not replace the seccomp profile of containers that have one of their own (Localhost).")
            boolean rejectCustomSeccompAdjustment,

            @Key("Plugins must not change namespaces.") boolean rejectNamespaceAdjustment,

            @Key("Plugins must not set sysctls.") boolean rejectSysctlAdjustment,

            @Key("""
                Names of plugins without which no container is made, static pods included. A pod can name more in its \
                annotation required-plugins.noderesource.dev, as a list.\
                """) List<String> requiredPlugins,

            @Key("""
                Annotation with which a pod, set to true, does without required plugins; empty: there is none. For one \
                container: the name followed by /container.NAME.\
                """) String tolerateMissingPluginsAnnotation) {}

    Config with(Runtime other) {
        return new Config(
                server,
                log,
                monitor,
                other,
                runtimes,
                containers,
                network,
                images,
                streaming,
                stats,
                metrics,
                nri,
                nriValidator);
    }

    /// The monitor's socket, its default filled in.
    public Path monitorSocket() {
        return monitor.socket().toString().isEmpty() ? server.state().resolve("conmon.sock") : monitor.socket();
    }
}
