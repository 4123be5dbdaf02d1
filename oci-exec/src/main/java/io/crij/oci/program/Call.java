package io.crij.oci.program;

import java.util.Locale;

/// The system calls that programs use, with their numbers (asm/unistd_64.h and asm-generic/unistd.h).
public enum Call {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    LSEEK(8, 62),
    RT_SIGPROCMASK(14, 135),
    IOCTL(16, 29),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    SENDMSG(46, 211),
    RECVMSG(47, 212),
    SOCKET(41, 198),
    EXECVE(59, 221),
    WAIT4(61, 260),
    FCNTL(72, 25),
    FTRUNCATE(77, 46),
    GETCWD(79, 17),
    CHDIR(80, 49),
    FCHDIR(81, 50),
    FCHMOD(91, 52),
    FCHOWN(93, 55),
    UMASK(95, 166),
    GETPPID(110, 173),
    SETSID(112, 157),
    SETGROUPS(116, 159),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    SETFSUID(122, 151),
    SETFSGID(123, 152),
    CAPSET(126, 91),
    RT_SIGTIMEDWAIT(128, 137),
    PERSONALITY(135, 92),
    FSTATFS(138, 44),
    SETPRIORITY(141, 140),
    PIVOT_ROOT(155, 41),
    PRCTL(157, 167),
    CHROOT(161, 51),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    SETHOSTNAME(170, 161),
    SETDOMAINNAME(171, 162),
    SCHED_SETAFFINITY(203, 122),
    CLOCK_GETTIME(228, 113),
    EXIT_GROUP(231, 94),
    SET_MEMPOLICY(238, 237),
    WAITID(247, 95),
    KEYCTL(250, 219),
    IOPRIO_SET(251, 30),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    FCHOWNAT(260, 54),
    UNLINKAT(263, 35),
    SYMLINKAT(266, 36),
    READLINKAT(267, 78),
    PPOLL(271, 73),
    UNSHARE(272, 97),
    ACCEPT4(288, 242),
    SIGNALFD4(289, 74),
    EVENTFD2(290, 19),
    DUP3(292, 24),
    PIPE2(293, 59),
    PRLIMIT64(302, 261),
    SETNS(308, 268),
    SCHED_SETATTR(314, 274),
    SECCOMP(317, 277),
    MEMFD_CREATE(319, 279),
    STATX(332, 291),
    PIDFD_SEND_SIGNAL(424, 424),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    PIDFD_OPEN(434, 434),
    CLONE3(435, 435),
    CLOSE_RANGE(436, 436),
    OPENAT2(437, 437),
    PIDFD_GETFD(438, 438),
    FACCESSAT2(439, 439),
    MOUNT_SETATTR(442, 442);

    private final int x86;
    private final int aarch64;
    private final String title;

    Call(int x86, int aarch64) {
        this.x86 = x86;
        this.aarch64 = aarch64;
        this.title = name().toLowerCase(Locale.ROOT);
    }

    public int number(Arch arch) {
        return switch (arch) {
            case X86_64 -> x86;
            case AARCH64 -> aarch64;
        };
    }

    /// The name as the manual pages write it.
    public String title() {
        return title;
    }
}
