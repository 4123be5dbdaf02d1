package io.crij.linux;

import java.util.Map;

/// Error numbers of the kernel, the same on x86-64 and aarch64 (asm-generic/errno.h), and what they mean in words.
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int E2BIG = 7;
    public static final int ENOEXEC = 8;
    public static final int EBADF = 9;
    public static final int ECHILD = 10;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int ENOTBLK = 15;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ETXTBSY = 26;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int ESPIPE = 29;
    public static final int EROFS = 30;
    public static final int EMLINK = 31;
    public static final int EPIPE = 32;
    public static final int EDOM = 33;
    public static final int ERANGE = 34;
    public static final int EDEADLK = 35;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOLCK = 37;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int ENOMSG = 42;
    public static final int EIDRM = 43;
    public static final int ECHRNG = 44;
    public static final int EL2NSYNC = 45;
    public static final int EL3HLT = 46;
    public static final int EL3RST = 47;
    public static final int ELNRNG = 48;
    public static final int EUNATCH = 49;
    public static final int ENOCSI = 50;
    public static final int EL2HLT = 51;
    public static final int EBADE = 52;
    public static final int EBADR = 53;
    public static final int EXFULL = 54;
    public static final int ENOANO = 55;
    public static final int EBADRQC = 56;
    public static final int EBADSLT = 57;
    public static final int EBFONT = 59;
    public static final int ENOSTR = 60;
    public static final int ENODATA = 61;
    public static final int ETIME = 62;
    public static final int ENOSR = 63;
    public static final int ENONET = 64;
    public static final int ENOPKG = 65;
    public static final int EREMOTE = 66;
    public static final int ENOLINK = 67;
    public static final int EADV = 68;
    public static final int ESRMNT = 69;
    public static final int ECOMM = 70;
    public static final int EPROTO = 71;
    public static final int EMULTIHOP = 72;
    public static final int EDOTDOT = 73;
    public static final int EBADMSG = 74;
    public static final int EOVERFLOW = 75;
    public static final int ENOTUNIQ = 76;
    public static final int EBADFD = 77;
    public static final int EREMCHG = 78;
    public static final int ELIBACC = 79;
    public static final int ELIBBAD = 80;
    public static final int ELIBSCN = 81;
    public static final int ELIBMAX = 82;
    public static final int ELIBEXEC = 83;
    public static final int EILSEQ = 84;
    public static final int ERESTART = 85;
    public static final int ESTRPIPE = 86;
    public static final int EUSERS = 87;
    public static final int ENOTSOCK = 88;
    public static final int EDESTADDRREQ = 89;
    public static final int EMSGSIZE = 90;
    public static final int EPROTOTYPE = 91;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int ESOCKTNOSUPPORT = 94;
    public static final int EOPNOTSUPP = 95;
    public static final int EPFNOSUPPORT = 96;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ENETRESET = 102;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int EISCONN = 106;
    public static final int ENOTCONN = 107;
    public static final int ESHUTDOWN = 108;
    public static final int ETOOMANYREFS = 109;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int EALREADY = 114;
    public static final int EINPROGRESS = 115;
    public static final int ESTALE = 116;
    public static final int EUCLEAN = 117;
    public static final int ENOTNAM = 118;
    public static final int ENAVAIL = 119;
    public static final int EISNAM = 120;
    public static final int EREMOTEIO = 121;
    public static final int EDQUOT = 122;
    public static final int ENOMEDIUM = 123;
    public static final int EMEDIUMTYPE = 124;
    public static final int ECANCELED = 125;
    public static final int ENOKEY = 126;
    public static final int EKEYEXPIRED = 127;
    public static final int EKEYREVOKED = 128;
    public static final int EKEYREJECTED = 129;
    public static final int EOWNERDEAD = 130;
    public static final int ENOTRECOVERABLE = 131;
    public static final int ERFKILL = 132;
    public static final int EHWPOISON = 133;

    private static final Map<Integer, String> WORDS = Map.ofEntries(
            Map.entry(EPERM, "EPERM (operation not permitted)"),
            Map.entry(ENOENT, "ENOENT (no such file or directory)"),
            Map.entry(ESRCH, "ESRCH (no such process)"),
            Map.entry(EINTR, "EINTR (interrupted system call)"),
            Map.entry(EIO, "EIO (input/output error)"),
            Map.entry(ENXIO, "ENXIO (no such device or address)"),
            Map.entry(E2BIG, "E2BIG (argument list too long)"),
            Map.entry(ENOEXEC, "ENOEXEC (exec format error)"),
            Map.entry(EBADF, "EBADF (bad file descriptor)"),
            Map.entry(ECHILD, "ECHILD (no child processes)"),
            Map.entry(EAGAIN, "EAGAIN (resource temporarily unavailable)"),
            Map.entry(ENOMEM, "ENOMEM (cannot allocate memory)"),
            Map.entry(EACCES, "EACCES (permission denied)"),
            Map.entry(EFAULT, "EFAULT (bad address)"),
            Map.entry(ENOTBLK, "ENOTBLK (block device required)"),
            Map.entry(EBUSY, "EBUSY (device or resource busy)"),
            Map.entry(EEXIST, "EEXIST (file exists)"),
            Map.entry(EXDEV, "EXDEV (invalid cross-device link)"),
            Map.entry(ENODEV, "ENODEV (no such device)"),
            Map.entry(ENOTDIR, "ENOTDIR (not a directory)"),
            Map.entry(EISDIR, "EISDIR (is a directory)"),
            Map.entry(EINVAL, "EINVAL (invalid argument)"),
            Map.entry(ENFILE, "ENFILE (too many open files in system)"),
            Map.entry(EMFILE, "EMFILE (too many open files)"),
            Map.entry(ENOTTY, "ENOTTY (inappropriate ioctl for device)"),
            Map.entry(ETXTBSY, "ETXTBSY (text file busy)"),
            Map.entry(EFBIG, "EFBIG (file too large)"),
            Map.entry(ENOSPC, "ENOSPC (no space left on device)"),
            Map.entry(ESPIPE, "ESPIPE (illegal seek)"),
            Map.entry(EROFS, "EROFS (read-only file system)"),
            Map.entry(EMLINK, "EMLINK (too many links)"),
            Map.entry(EPIPE, "EPIPE (broken pipe)"),
            Map.entry(EDOM, "EDOM (numerical argument out of domain)"),
            Map.entry(ERANGE, "ERANGE (numerical result out of range)"),
            Map.entry(EDEADLK, "EDEADLK (resource deadlock avoided)"),
            Map.entry(ENAMETOOLONG, "ENAMETOOLONG (file name too long)"),
            Map.entry(ENOLCK, "ENOLCK (no locks available)"),
            Map.entry(ENOSYS, "ENOSYS (function not implemented)"),
            Map.entry(ENOTEMPTY, "ENOTEMPTY (directory not empty)"),
            Map.entry(ELOOP, "ELOOP (too many levels of symbolic links)"),
            Map.entry(ENOMSG, "ENOMSG (no message of desired type)"),
            Map.entry(EIDRM, "EIDRM (identifier removed)"),
            Map.entry(ECHRNG, "ECHRNG (channel number out of range)"),
            Map.entry(EL2NSYNC, "EL2NSYNC (level 2 not synchronized)"),
            Map.entry(EL3HLT, "EL3HLT (level 3 halted)"),
            Map.entry(EL3RST, "EL3RST (level 3 reset)"),
            Map.entry(ELNRNG, "ELNRNG (link number out of range)"),
            Map.entry(EUNATCH, "EUNATCH (protocol driver not attached)"),
            Map.entry(ENOCSI, "ENOCSI (no CSI structure available)"),
            Map.entry(EL2HLT, "EL2HLT (level 2 halted)"),
            Map.entry(EBADE, "EBADE (invalid exchange)"),
            Map.entry(EBADR, "EBADR (invalid request descriptor)"),
            Map.entry(EXFULL, "EXFULL (exchange full)"),
            Map.entry(ENOANO, "ENOANO (no anode)"),
            Map.entry(EBADRQC, "EBADRQC (invalid request code)"),
            Map.entry(EBADSLT, "EBADSLT (invalid slot)"),
            Map.entry(EBFONT, "EBFONT (bad font file format)"),
            Map.entry(ENOSTR, "ENOSTR (device not a stream)"),
            Map.entry(ENODATA, "ENODATA (no data available)"),
            Map.entry(ETIME, "ETIME (timer expired)"),
            Map.entry(ENOSR, "ENOSR (out of streams resources)"),
            Map.entry(ENONET, "ENONET (machine is not on the network)"),
            Map.entry(ENOPKG, "ENOPKG (package not installed)"),
            Map.entry(EREMOTE, "EREMOTE (object is remote)"),
            Map.entry(ENOLINK, "ENOLINK (link has been severed)"),
            Map.entry(EADV, "EADV (advertise error)"),
            Map.entry(ESRMNT, "ESRMNT (srmount error)"),
            Map.entry(ECOMM, "ECOMM (communication error on send)"),
            Map.entry(EPROTO, "EPROTO (protocol error)"),
            Map.entry(EMULTIHOP, "EMULTIHOP (multihop attempted)"),
            Map.entry(EDOTDOT, "EDOTDOT (RFS specific error)"),
            Map.entry(EBADMSG, "EBADMSG (bad message)"),
            Map.entry(EOVERFLOW, "EOVERFLOW (value too large for defined data type)"),
            Map.entry(ENOTUNIQ, "ENOTUNIQ (name not unique on network)"),
            Map.entry(EBADFD, "EBADFD (file descriptor in bad state)"),
            Map.entry(EREMCHG, "EREMCHG (remote address changed)"),
            Map.entry(ELIBACC, "ELIBACC (can not access a needed shared library)"),
            Map.entry(ELIBBAD, "ELIBBAD (accessing a corrupted shared library)"),
            Map.entry(ELIBSCN, "ELIBSCN (.lib section in a.out corrupted)"),
            Map.entry(ELIBMAX, "ELIBMAX (attempting to link in too many shared libraries)"),
            Map.entry(ELIBEXEC, "ELIBEXEC (cannot exec a shared library directly)"),
            Map.entry(EILSEQ, "EILSEQ (invalid or incomplete multibyte or wide character)"),
            Map.entry(ERESTART, "ERESTART (interrupted system call should be restarted)"),
            Map.entry(ESTRPIPE, "ESTRPIPE (streams pipe error)"),
            Map.entry(EUSERS, "EUSERS (too many users)"),
            Map.entry(ENOTSOCK, "ENOTSOCK (socket operation on non-socket)"),
            Map.entry(EDESTADDRREQ, "EDESTADDRREQ (destination address required)"),
            Map.entry(EMSGSIZE, "EMSGSIZE (message too long)"),
            Map.entry(EPROTOTYPE, "EPROTOTYPE (protocol wrong type for socket)"),
            Map.entry(ENOPROTOOPT, "ENOPROTOOPT (protocol not available)"),
            Map.entry(EPROTONOSUPPORT, "EPROTONOSUPPORT (protocol not supported)"),
            Map.entry(ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT (socket type not supported)"),
            Map.entry(EOPNOTSUPP, "EOPNOTSUPP (operation not supported)"),
            Map.entry(EPFNOSUPPORT, "EPFNOSUPPORT (protocol family not supported)"),
            Map.entry(EAFNOSUPPORT, "EAFNOSUPPORT (address family not supported by protocol)"),
            Map.entry(EADDRINUSE, "EADDRINUSE (address already in use)"),
            Map.entry(EADDRNOTAVAIL, "EADDRNOTAVAIL (cannot assign requested address)"),
            Map.entry(ENETDOWN, "ENETDOWN (network is down)"),
            Map.entry(ENETUNREACH, "ENETUNREACH (network is unreachable)"),
            Map.entry(ENETRESET, "ENETRESET (network dropped connection on reset)"),
            Map.entry(ECONNABORTED, "ECONNABORTED (software caused connection abort)"),
            Map.entry(ECONNRESET, "ECONNRESET (connection reset by peer)"),
            Map.entry(ENOBUFS, "ENOBUFS (no buffer space available)"),
            Map.entry(EISCONN, "EISCONN (transport endpoint is already connected)"),
            Map.entry(ENOTCONN, "ENOTCONN (transport endpoint is not connected)"),
            Map.entry(ESHUTDOWN, "ESHUTDOWN (cannot send after transport endpoint shutdown)"),
            Map.entry(ETOOMANYREFS, "ETOOMANYREFS (too many references: cannot splice)"),
            Map.entry(ETIMEDOUT, "ETIMEDOUT (connection timed out)"),
            Map.entry(ECONNREFUSED, "ECONNREFUSED (connection refused)"),
            Map.entry(EHOSTDOWN, "EHOSTDOWN (host is down)"),
            Map.entry(EHOSTUNREACH, "EHOSTUNREACH (no route to host)"),
            Map.entry(EALREADY, "EALREADY (operation already in progress)"),
            Map.entry(EINPROGRESS, "EINPROGRESS (operation now in progress)"),
            Map.entry(ESTALE, "ESTALE (stale file handle)"),
            Map.entry(EUCLEAN, "EUCLEAN (structure needs cleaning)"),
            Map.entry(ENOTNAM, "ENOTNAM (not a XENIX named type file)"),
            Map.entry(ENAVAIL, "ENAVAIL (no XENIX semaphores available)"),
            Map.entry(EISNAM, "EISNAM (is a named type file)"),
            Map.entry(EREMOTEIO, "EREMOTEIO (remote I/O error)"),
            Map.entry(EDQUOT, "EDQUOT (disk quota exceeded)"),
            Map.entry(ENOMEDIUM, "ENOMEDIUM (no medium found)"),
            Map.entry(EMEDIUMTYPE, "EMEDIUMTYPE (wrong medium type)"),
            Map.entry(ECANCELED, "ECANCELED (operation canceled)"),
            Map.entry(ENOKEY, "ENOKEY (required key not available)"),
            Map.entry(EKEYEXPIRED, "EKEYEXPIRED (key has expired)"),
            Map.entry(EKEYREVOKED, "EKEYREVOKED (key has been revoked)"),
            Map.entry(EKEYREJECTED, "EKEYREJECTED (key was rejected by service)"),
            Map.entry(EOWNERDEAD, "EOWNERDEAD (owner died)"),
            Map.entry(ENOTRECOVERABLE, "ENOTRECOVERABLE (state not recoverable)"),
            Map.entry(ERFKILL, "ERFKILL (operation not possible due to RF-kill)"),
            Map.entry(EHWPOISON, "EHWPOISON (memory page has hardware error)"));

    private Errno() {}

    /// The name and, in words, the meaning: `ENOENT (no such file or directory)`.
    public static String describe(int errno) {
        return WORDS.getOrDefault(errno, "errno " + errno);
    }
}
