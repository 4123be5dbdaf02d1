package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.Prctl.PR_SET_PDEATHSIG;

import io.crij.linux.abi.CloneFlags;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Linux.TimeOffset;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The namespaces of a new container: made by clone3, joined by setns. The shim itself stays in the host's: where the
/// kernel takes children only (pid, time) it sets what its child gets.
///
/// The two halves share their table of descriptors until the container's process is set up, so that what one opens
/// the other can use.
final class Namespaces {
    private static final int P_PIDFD = 3;
    private static final int WEXITED = 4;
    private static final int STATUS_OF_SIGINFO = 24;

    private final Setup setup;
    private final ProgramBuilder p;
    private final Steps steps;
    /// One that was made ahead.
    private final Optional<Integer> network;

    private final Map<Type, Register> joined = new EnumMap<>(Type.class);

    /// Of the child, in the shim.
    final Register pid;

    final Register pidfd;

    /// Where a helper puts the child's pidfd.
    private final int childSlot;

    Namespaces(Setup setup) {
        network = setup.reserved.network();
        this.setup = setup;
        this.p = setup.p;
        this.steps = setup.steps;
        pid = p.register("pid");
        pidfd = p.register("pidfd");
        childSlot = setup.joins(Type.USER) ? setup.slots.reserve() : Descriptors.NONE;
    }

    /// In the shim, before the child: opens all paths first, since some cannot be reached any more after others were
    /// joined.
    void open() {
        for (Namespace namespace : setup.linux.namespaces()) {
            String path = namespace.path();
            if (path != null && !path.isEmpty()) {
                Register fd = p.register(namespace.type() + "Namespace");
                steps.open("open the " + namespace.type() + " namespace " + path, Abi.CWD, path, O_RDONLY, fd);
                joined.put(namespace.type(), fd);
            }
        }
        network.ifPresent(slot -> {
            Register fd = p.register("spareNetwork");
            p.move(fd, Operand.of(slot, "spareNetwork"));
            joined.put(Type.NETWORK, fd);
        });
    }

    /// What the children of the calling process are born into.
    private void setForChildren() {
        joinForChild(Type.PID);
        joinForChild(Type.TIME);
        if (setup.creates(Type.TIME)) {
            p.call("make a time namespace for the child", Call.UNSHARE, Abi.flags(CloneFlags.CLONE_NEWTIME, "NEWTIME"));
            String offsets = setup.linux.timeOffsets().entrySet().stream()
                    .map(e -> offset(e.getKey(), e.getValue()))
                    .collect(Collectors.joining());
            if (!offsets.isEmpty()) {
                steps.write("set the time offsets", Abi.CWD, "/proc/self/timens_offsets", offsets);
            }
        }
    }

    private static String offset(String clock, TimeOffset offset) {
        return clock + " " + offset.secs() + " " + offset.nanosecs() + "\n";
    }

    private void joinForChild(Type type) {
        Register fd = joined.get(type);
        if (fd != null) {
            join(type, fd);
        }
    }

    private void join(Type type, Register fd) {
        p.call("join the " + type + " namespace", Call.SETNS, fd, Abi.flags(type.cloneFlag(), name(type)));
    }

    private static String name(Type type) {
        return "NEW" + (type == Type.MOUNT ? "NS" : type == Type.NETWORK ? "NET" : type.name());
    }

    /// In the shim: clones the child, which goes on at `child`, and tells its pid.
    ///
    /// @param cgroup folder of the version 2 group that the child is born in
    void cloneChild(Optional<Register> cgroup, Label child, ShimSteps shim) {
        Register user = joined.get(Type.USER);
        if (user != null) {
            cloneInside(user, cgroup, child, shim);
            return;
        }
        setForChildren();
        clone(0, cgroup, child);
        shim.tellPid(pid);
    }

    /// Namespaces belong to the user namespace that they are made in, and what they are for is allowed to their owner
    /// only: to mount, to mount their proc. So the child is born inside: a helper joins the user namespace, and
    /// what it may join only before, and clones the child as its own sibling.
    private void cloneInside(Register user, Optional<Register> cgroup, Label child, ShimSteps shim) {
        Label helper = p.label("helper");
        Label wait = p.label("helperEnds");
        Label good = p.label("childIsThere");
        Register helperPid = p.register("helper");
        Register helperPidfd = p.register("helperPidfd");
        long flags = CloneFlags.CLONE_PIDFD | CloneFlags.CLONE_FILES;
        new CloneChild(p).emit("clone a helper", flags, "{}", cgroup, helper, helperPid, helperPidfd);
        p.jump(wait);

        p.place(helper);
        steps.prctl("end when the shim ends", PR_SET_PDEATHSIG, Operand.of(Abi.SIGKILL, "SIGKILL"));
        setForChildren();
        for (Type type : List.of(Type.NETWORK, Type.IPC, Type.UTS, Type.CGROUP, Type.MOUNT)) {
            joinForChild(type);
        }
        join(Type.USER, user);
        clone(CloneFlags.CLONE_PARENT, Optional.empty(), child);
        shim.tellPid(pid);
        p.call(
                "hand the child to the shim",
                Call.DUP3,
                pidfd,
                Operand.of(childSlot, "child"),
                Abi.openFlags(O_CLOEXEC));
        steps.close(pidfd);
        p.call("end", Call.EXIT_GROUP, Abi.ZERO);

        p.place(wait);
        Constant info = p.space(128, "siginfo");
        p.call(
                "wait for the helper",
                Call.WAITID,
                Operand.of(P_PIDFD, "P_PIDFD"),
                helperPidfd,
                info,
                Operand.of(WEXITED, "WEXITED"),
                Abi.ZERO);
        steps.close(helperPidfd);
        p.load(helperPid, ProgramBuilder.offset(info, STATUS_OF_SIGINFO), 4);
        p.branch(helperPid, Condition.EQUAL, Abi.ZERO, good);
        // it has reported why
        p.call("end", Call.EXIT_GROUP, Abi.ONE);
        p.place(good);
        p.move(pidfd, Operand.of(childSlot, "child"));
    }

    private void clone(long more, Optional<Register> cgroup, Label child) {
        List<Type> created = new ArrayList<>();
        long flags = more | CloneFlags.CLONE_PIDFD | CloneFlags.CLONE_FILES;
        for (Namespace namespace : setup.linux.namespaces()) {
            Type type = namespace.type();
            // a cgroup namespace is made later, when the process is in its cgroup; a time namespace was made before
            if (setup.creates(type) && !joined.containsKey(type) && type != Type.CGROUP && type != Type.TIME) {
                created.add(type);
                flags |= type.cloneFlag();
            }
        }
        String text = created.stream().map(Namespaces::name).collect(Collectors.joining("|", "{", "}"));
        new CloneChild(p).emit("clone the container's process", flags, text, cgroup, child, pid, pidfd);
    }

    /// In the shim: writes the user namespace's maps, through the child's folder of proc that the child has opened.
    void mapUsers(Register proc) {
        map("gid_map", setup.linux.gidMappings(), proc);
        map("uid_map", setup.linux.uidMappings(), proc);
    }

    private void map(String file, List<IdMapping> mappings, Register proc) {
        String lines = UserNamespaces.lines(mappings);
        if (!lines.isEmpty()) {
            steps.write("map ids (" + file + ")", proc, file, lines);
        }
    }

    /// In the child: joins the rest, unless it was born there.
    void join() {
        if (joined.containsKey(Type.USER)) {
            return;
        }
        for (Type type : List.of(Type.NETWORK, Type.IPC, Type.UTS, Type.CGROUP, Type.MOUNT)) {
            Register fd = joined.get(type);
            if (fd != null) {
                join(type, fd);
                if (type != Type.NETWORK || network.isEmpty()) {
                    steps.close(fd);
                }
            }
        }
    }

    /// What a namespace to join is open on.
    Optional<Register> joined(Type type) {
        return Optional.ofNullable(joined.get(type));
    }

    /// Whether the child is born in a user namespace that was there before.
    boolean bornInside() {
        return joined.containsKey(Type.USER);
    }

    /// In the child: the loopback interface of a new network namespace works.
    void loopbackUp() {
        if (!setup.creates(Type.NETWORK) || network.isPresent()) {
            return;
        }
        Register socket = p.register("socket");
        // struct ifreq: name, then IFF_UP|IFF_RUNNING
        Constant request = p.struct(
                "{lo, UP|RUNNING}",
                40,
                b -> b.put(0, (byte) 'l').put(1, (byte) 'o').putShort(16, (short) 0x41));
        Operand datagram = Abi.flags(2 | 0x80000, "SOCK_DGRAM|CLOEXEC");
        p.call("open a socket", Call.SOCKET, Abi.flags(2, "AF_INET"), datagram, Abi.ZERO)
                .into(socket);
        p.call("set the loopback interface up", Call.IOCTL, socket, Abi.flags(0x8914, "SIOCSIFFLAGS"), request);
        steps.close(socket);
    }

    /// In the child, when it is in its cgroup.
    void cgroupNamespace() {
        if (setup.creates(Type.CGROUP)) {
            p.call("make a cgroup namespace", Call.UNSHARE, Abi.flags(CloneFlags.CLONE_NEWCGROUP, "NEWCGROUP"));
        }
    }
}
