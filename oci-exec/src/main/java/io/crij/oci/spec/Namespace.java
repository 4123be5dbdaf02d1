package io.crij.oci.spec;

import org.jspecify.annotations.Nullable;

/// A namespace that the container gets.
///
/// @param path file of an existing one to join; absent: a new one
public record Namespace(Type type, @Nullable String path) {
    public Namespace {
        Absent.required(type, "type");
    }

    /// A new namespace.
    public static Namespace create(Type type) {
        return new Namespace(type, null);
    }

    public static Namespace join(Type type, String path) {
        return new Namespace(type, path);
    }

    public enum Type {
        PID("pid", "pid", 0x20000000),
        NETWORK("network", "net", 0x40000000),
        MOUNT("mount", "mnt", 0x00020000),
        IPC("ipc", "ipc", 0x08000000),
        UTS("uts", "uts", 0x04000000),
        USER("user", "user", 0x10000000),
        CGROUP("cgroup", "cgroup", 0x02000000),
        TIME("time", "time", 0x00000080);

        private final String name;
        private final String file;
        private final int cloneFlag;

        Type(String name, String file, int cloneFlag) {
            this.name = name;
            this.file = file;
            this.cloneFlag = cloneFlag;
        }

        /// The name under `/proc/<pid>/ns`.
        public String file() {
            return file;
        }

        /// The `CLONE_NEW…` flag of linux/sched.h.
        public int cloneFlag() {
            return cloneFlag;
        }

        /// The name in the configuration.
        @Override
        public String toString() {
            return name;
        }
    }
}
