package io.crij.linux.abi;

import java.util.Locale;

/// The system calls used by this module, with their numbers (asm/unistd_64.h and asm-generic/unistd.h).
public enum Syscall {
    READ(0, 63),
    WRITE(1, 64),
    WRITEV(20, 66),
    CLOSE(3, 57),
    LSEEK(8, 62),
    IOCTL(16, 29),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    GETPID(39, 172),
    SENDFILE(40, 71),
    SOCKET(41, 198),
    CONNECT(42, 203),
    SENDMSG(46, 211),
    RECVMSG(47, 212),
    SHUTDOWN(48, 210),
    BIND(49, 200),
    LISTEN(50, 201),
    GETSOCKNAME(51, 204),
    SOCKETPAIR(53, 199),
    SETSOCKOPT(54, 208),
    GETSOCKOPT(55, 209),
    KILL(62, 129),
    UNAME(63, 160),
    FCNTL(72, 25),
    FLOCK(73, 32),
    FSYNC(74, 82),
    FDATASYNC(75, 83),
    FTRUNCATE(77, 46),
    FCHMOD(91, 52),
    FCHOWN(93, 55),
    GETUID(102, 174),
    GETGID(104, 176),
    GETEUID(107, 175),
    CAPGET(125, 90),
    STATFS(137, 43),
    FSTATFS(138, 44),
    PRCTL(157, 167),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    GETTID(186, 178),
    SETXATTR(188, 5),
    LSETXATTR(189, 6),
    FSETXATTR(190, 7),
    GETXATTR(191, 8),
    LGETXATTR(192, 9),
    FGETXATTR(193, 10),
    LISTXATTR(194, 11),
    LLISTXATTR(195, 12),
    FLISTXATTR(196, 13),
    REMOVEXATTR(197, 14),
    LREMOVEXATTR(198, 15),
    FREMOVEXATTR(199, 16),
    SCHED_GETAFFINITY(204, 123),
    GETDENTS64(217, 61),
    EXIT_GROUP(231, 94),
    EPOLL_CTL(233, 21),
    EPOLL_PWAIT(281, 22),
    WAITID(247, 95),
    INOTIFY_ADD_WATCH(254, 27),
    INOTIFY_RM_WATCH(255, 28),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    FCHOWNAT(260, 54),
    UNLINKAT(263, 35),
    LINKAT(265, 37),
    SYMLINKAT(266, 36),
    READLINKAT(267, 78),
    FCHMODAT(268, 53),
    PPOLL(271, 73),
    UNSHARE(272, 97),
    SPLICE(275, 76),
    TEE(276, 77),
    UTIMENSAT(280, 88),
    FALLOCATE(285, 47),
    ACCEPT4(288, 242),
    EVENTFD2(290, 19),
    EPOLL_CREATE1(291, 20),
    PIPE2(293, 59),
    INOTIFY_INIT1(294, 26),
    PRLIMIT64(302, 261),
    SYNCFS(306, 267),
    RENAMEAT2(316, 276),
    SECCOMP(317, 277),
    MEMFD_CREATE(319, 279),
    BPF(321, 280),
    COPY_FILE_RANGE(326, 285),
    STATX(332, 291),
    PIDFD_SEND_SIGNAL(424, 424),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    FSPICK(433, 433),
    PIDFD_OPEN(434, 434),
    CLONE3(435, 435),
    CLOSE_RANGE(436, 436),
    OPENAT2(437, 437),
    PIDFD_GETFD(438, 438),
    MOUNT_SETATTR(442, 442),
    FCHMODAT2(452, 452);

    private final int x86;
    private final int aarch64;
    private final int number;
    private final String title;

    Syscall(int x86, int aarch64) {
        this.x86 = x86;
        this.aarch64 = aarch64;
        this.number = System.getProperty("os.arch", "").equals("aarch64") ? aarch64 : x86;
        this.title = name().toLowerCase(Locale.ROOT);
    }

    /// The number on the machine this JVM runs on.
    public int number() {
        return number;
    }

    public int onX86() {
        return x86;
    }

    public int onAarch64() {
        return aarch64;
    }

    /// The name as the manual pages write it.
    public String title() {
        return title;
    }
}
