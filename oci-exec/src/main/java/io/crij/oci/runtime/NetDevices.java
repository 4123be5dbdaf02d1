package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.NetlinkMessage;
import io.crij.linux.NetworkDevice;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Failure;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.spec.Linux;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Network devices of the host that go into the container's network namespace (runtime-spec 1.3, "Network Devices").
///
/// The shim moves them, because it has the host's rights and its socket is the host's; they arrive under a name that
/// nobody else has. The container's half looks beforehand whether the final names are free, and gives the devices
/// these, their addresses and the state "up" afterwards. They are not moved back, not even when the create fails
/// later: physical ones the kernel returns when the namespace ends, virtual ones end with it, as the specification
/// has it.
final class NetDevices {
    private static final int SIOCGIFINDEX = 0x8933;
    private static final int IFREQ_SIZE = 40;
    private static final int IFREQ_INDEX = 16;
    private static final int ANSWER_SIZE = 2048;
    private static final String TEMPLATE = "%d";

    private final Setup setup;
    private final ProgramBuilder p;
    private final Steps steps;
    private final ShimSteps shim;
    private final List<NetworkDevice> devices;
    private final int namespaceSlot;
    private final Register socket;
    private final Register result;
    private final Constant answer;

    NetDevices(Setup setup, ShimSteps shim, List<NetworkDevice> devices) {
        this.setup = setup;
        this.p = setup.p;
        this.steps = setup.steps;
        this.shim = shim;
        this.devices = devices;
        namespaceSlot = setup.slots.reserve();
        socket = p.register("hostsLinks");
        result = p.register("netlink");
        answer = p.space(ANSWER_SIZE, "answer");
    }

    /// Reads what the configuration names.
    static List<NetworkDevice> onHost(Linux linux) throws InvalidSpec, StepFailed {
        List<NetworkDevice> devices = new ArrayList<>();
        for (String name : linux.netDevices().keySet()) {
            try {
                devices.add(NetworkDevice.named(name));
            } catch (ErrnoException e) {
                if (e.errno() == Errno.ENODEV) {
                    throw new InvalidSpec(
                            "linux.netDevices", name, "the runtime's network namespace has no device of this name");
                }
                throw new StepFailed("cannot read the network device " + name + ": " + e.getMessage(), e.errno(), e);
            }
        }
        return devices;
    }

    /// In the shim, before the child is there.
    void open() {
        openNetlink(socket);
    }

    private void openNetlink(Register to) {
        p.call(
                        "open a netlink socket",
                        Call.SOCKET,
                        Abi.flags(NetlinkMessage.FAMILY, "AF_NETLINK"),
                        Abi.flags(NetlinkMessage.TYPE | O_CLOEXEC, "SOCK_RAW|CLOEXEC"),
                        Operand.of(NetlinkMessage.PROTOCOL, "NETLINK_ROUTE"))
                .into(to);
    }

    /// In the child, before it joins the mount namespace: puts its network namespace where the shim finds it.
    ///
    /// @param joined what it is open on, when it is one that was there before
    void showNamespace(Optional<Register> joined) {
        Operand slot = Operand.of(namespaceSlot, "netns");
        if (joined.isPresent()) {
            p.call("show the network namespace to the shim", Call.DUP3, joined.get(), slot, Abi.openFlags(O_CLOEXEC));
            return;
        }
        Register own = p.register("ownNetns");
        steps.open("open the own network namespace", Abi.CWD, "/proc/self/ns/net", O_RDONLY, own);
        p.call("show the network namespace to the shim", Call.DUP3, own, slot, Abi.openFlags(O_CLOEXEC));
        steps.close(own);
    }

    /// In the shim: moves them when the child is ready, and tells it.
    void move(Register pidfd) {
        shim.awaitChild(pidfd);
        for (int i = 0; i < devices.size(); i++) {
            NetworkDevice device = devices.get(i);
            byte[] message = NetlinkMessage.ofLink(device.index())
                    .attribute(NetlinkMessage.IFLA_NET_NS_FD, namespaceSlot)
                    .attribute(NetlinkMessage.IFLA_IFNAME, temporary(i))
                    .toBytes();
            request(
                    "move the network device " + device.name() + " into the container's network namespace",
                    socket,
                    p.bytes(message, "{" + device.name() + " to netns as " + temporary(i) + "}"),
                    message.length);
        }
        steps.close(socket);
        shim.raise(setup.slots.toChild(), "toChild");
    }

    /// In the child, in its network namespace.
    void receive() {
        Register ioctls = p.register("datagrams");
        p.call(
                        "open a socket",
                        Call.SOCKET,
                        Abi.flags(2, "AF_INET"),
                        Abi.flags(2 | O_CLOEXEC, "DGRAM|CLOEXEC"),
                        Abi.ZERO)
                .into(ioctls);
        devices.forEach(device -> refuseTaken(device, ioctls));
        shim.raise(setup.slots.toShim(), "toShim");
        shim.awaitShim();
        Register own = p.register("ownLinks");
        openNetlink(own);
        for (int i = 0; i < devices.size(); i++) {
            receive(devices.get(i), temporary(i), ioctls, own);
        }
        steps.close(own);
        steps.close(ioctls);
    }

    private void refuseTaken(NetworkDevice device, Register ioctls) {
        String name = nameOf(device);
        if (name.contains(TEMPLATE)) {
            return;
        }
        Label free = p.label("free:" + name);
        p.call("see whether the name " + name + " is free", Call.IOCTL, ioctls, getIndex(), request(name))
                .into(result)
                .tolerate(Errno.ENODEV);
        p.branch(result, Condition.LESS, Abi.ZERO, free);
        p.fail(
                "move the network device " + device.name() + ": the container's network namespace has a device " + name
                        + " already",
                Failure.STEP,
                Operand.of(Errno.EEXIST, "EEXIST"));
        p.place(free);
    }

    private void receive(NetworkDevice device, String temporary, Register ioctls, Register own) {
        String name = nameOf(device);
        Register index = p.register("index:" + name);
        Constant request = request(temporary);
        p.call("find the network device " + device.name(), Call.IOCTL, ioctls, getIndex(), request);
        p.load(index, ProgramBuilder.offset(request, IFREQ_INDEX), 4);
        var named = NetlinkMessage.ofLink(0).attribute(NetlinkMessage.IFLA_IFNAME, name);
        requestAbout("name the network device " + device.name() + " " + name, own, named, index);
        for (NetworkDevice.Address address : device.addresses()) {
            requestAbout(
                    "give the network device " + name + " its addresses",
                    own,
                    address.request(0, label(device.name(), address.label(), name)),
                    index);
        }
        requestAbout("set the network device " + name + " up", own, NetlinkMessage.linkUp(0), index);
    }

    /// The kernel's own when it was just the device's name, or the new name is not known yet.
    static String label(String host, @Nullable String label, String name) {
        if (label == null || label.equals(host) || (label.startsWith(host + ":") && name.contains(TEMPLATE))) {
            return "";
        }
        return label.startsWith(host + ":") ? name + label.substring(host.length()) : label;
    }

    private void requestAbout(String about, Register to, NetlinkMessage message, Register index) {
        byte[] bytes = message.toBytes();
        Constant data = p.bytes(bytes, "{" + about + "}");
        p.store(ProgramBuilder.offset(data, NetlinkMessage.INDEX), index, 4);
        request(about, to, data, bytes.length);
    }

    /// Sends a request and reads its answer, which is there when it was sent.
    private void request(String about, Register to, Constant message, int length) {
        Label done = p.label("done" + message.value());
        p.call(about, Call.WRITE, to, message, Operand.of(length));
        p.call(about, Call.READ, to, answer, Operand.of(ANSWER_SIZE));
        p.load(result, ProgramBuilder.offset(answer, NetlinkMessage.ERROR), 4);
        p.branch(result, Condition.EQUAL, Abi.ZERO, done);
        p.fail(about, Failure.STEP, result);
        p.place(done);
    }

    /// `struct ifreq`.
    private Constant request(String name) {
        return p.struct("{" + name + "}", IFREQ_SIZE, b -> b.put(name.getBytes(StandardCharsets.UTF_8)));
    }

    private static Operand getIndex() {
        return Abi.flags(SIOCGIFINDEX, "SIOCGIFINDEX");
    }

    private String nameOf(NetworkDevice device) {
        Linux.@Nullable NetDevice wanted = setup.linux.netDevices().get(device.name());
        return wanted == null ? device.name() : wanted.nameOr(device.name());
    }

    private String temporary(int number) {
        return String.format("crij%08x%d", setup.request.id().hashCode(), number);
    }
}
