package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.DNSConfig;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.PodSandboxStatusRequest;
import io.crij.cri.v1.PortMapping;
import io.crij.cri.v1.Protocol;
import io.crij.e2e.Shell;
import io.crij.e2e.Waiting;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Names, ports, addresses and kernel parameters of pods.
@ExtendWith(SharedNode.class)
class NetworkTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String GATEWAY = "10.123.0.1";

    @Test
    void hostnameIsThatOfTheRequest(Lab lab) {
        var pod = lab.pod("named", NamespaceMode.POD, c -> c.setHostname("a-name-of-its-own"));
        assertEquals(
                "a-name-of-its-own\na-name-of-its-own",
                pod.script("main", inPodNetwork(), "hostname; cat /etc/hostname"));
        assertTrue(pod.script("hosts", inPodNetwork(), "cat /etc/hosts").contains(ip(lab, pod)));
    }

    @Test
    void dnsIsThatOfTheRequest(Lab lab) {
        var pod = lab.pod(
                "dns",
                c -> c.setDnsConfig(DNSConfig.newBuilder()
                        .addServers("10.10.10.10")
                        .addServers("fd00::10")
                        .addSearches("cluster.local")
                        .addSearches("example.org")
                        .addOptions("ndots:5")));
        var lines = pod.script("main", _ -> {}, "cat /etc/resolv.conf").lines().toList();
        assertEquals(
                List.of(
                        "search cluster.local example.org",
                        "nameserver 10.10.10.10",
                        "nameserver fd00::10",
                        "options ndots:5"),
                lines);
    }

    @Test
    void portsOfTheHostLeadIntoThePod(Lab lab) {
        var pod = lab.pod("ports", NamespaceMode.POD, ports(mapping(8080, 31_080), mapping(8081, 0)));
        pod.start("mapped", inPodNetwork(), "sh", "-c", serve(8080, "mapped"));
        pod.start("unmapped", inPodNetwork(), "sh", "-c", serve(8081, "unmapped"));
        var ip = ip(lab, pod);
        assertTrue(ip.startsWith("10.123."), ip);
        awaitAnswer(lab, ip, 8080, "mapped");
        awaitAnswer(lab, ip, 8081, "unmapped");
        awaitAnswer(lab, GATEWAY, 31_080, "mapped");
        assertFalse(answer(lab, GATEWAY, 8081).contains("unmapped"));
        lab.pods().stopPod(pod.id());
        assertFalse(answer(lab, GATEWAY, 31_080).contains("mapped"));
    }

    @Test
    void containersOfAPodShareItsNetwork(Lab lab) {
        var pod = lab.pod("shared", NamespaceMode.POD, _ -> {});
        pod.start("server", inPodNetwork(), "sh", "-c", serve(8080, "neighbour"));
        var client = pod.start("client", inPodNetwork(), "sleep", "1000");
        Waiting.until(
                "the neighbour answers",
                SOON,
                () -> lab.pods()
                        .exec(client, "nc", "127.0.0.1", "8080")
                        .getStdout()
                        .toStringUtf8()
                        .contains("neighbour"));
        var other = lab.pod("other", NamespaceMode.POD, _ -> {});
        var stranger = other.start("client", inPodNetwork(), "sleep", "1000");
        assertFalse(lab.pods()
                .exec(stranger, "nc", "127.0.0.1", "8080")
                .getStdout()
                .toStringUtf8()
                .contains("neighbour"));
    }

    @Test
    void aPodOnTheHostsNetworkHasNoAddress(Lab lab) {
        var pod = lab.pod("host", NamespaceMode.NODE, ports(mapping(8080, 31_090)));
        assertEquals("", ip(lab, pod));
    }

    @Test
    void kernelParametersOfThePodAreSet(Lab lab) {
        var pod = lab.pod(
                "sysctls",
                NamespaceMode.POD,
                sysctl("kernel.shm_rmid_forced", "1")
                        .andThen(sysctl("fs.mqueue.msg_max", "100"))
                        .andThen(sysctl("net/ipv4/ip_local_port_range", "1024\t2048")));
        assertEquals(
                "1\n100\n1024\t2048",
                pod.script(
                        "main",
                        inPodNetwork(),
                        "cd /proc/sys; cat kernel/shm_rmid_forced fs/mqueue/msg_max net/ipv4/ip_local_port_range"));
        var plain = lab.pod("plain", NamespaceMode.POD, _ -> {});
        assertFalse(plain.script("main", inPodNetwork(), "cat /proc/sys/fs/mqueue/msg_max")
                .equals("100"));
    }

    @Test
    void kernelParametersOfTheHostAreRefused(Lab lab) {
        var invalid = Status.Code.INVALID_ARGUMENT;
        Lab.refused(invalid, "vm.swappiness", () -> lab.pod("vm", sysctl("vm.swappiness", "1")));
        Lab.refused(invalid, "kernel.panic", () -> lab.pod("panic", sysctl("kernel.panic", "1")));
        Lab.refused(invalid, "net.ipv4", () -> lab.pod("net", sysctl("net.ipv4.ip_forward", "1")));
        Lab.refused(invalid, "sysctls", () -> lab.pod("up", sysctl("net.../../kernel.panic", "1")));
    }

    private static Consumer<PodSandboxConfig.Builder> sysctl(String name, String value) {
        return c -> c.getLinuxBuilder().putSysctls(name, value);
    }

    private static Consumer<PodSandboxConfig.Builder> ports(PortMapping... mappings) {
        return c -> c.addAllPortMappings(List.of(mappings));
    }

    private static PortMapping mapping(int container, int host) {
        return PortMapping.newBuilder()
                .setProtocol(Protocol.TCP)
                .setContainerPort(container)
                .setHostPort(host)
                .build();
    }

    private static Consumer<io.crij.cri.v1.ContainerConfig.Builder> inPodNetwork() {
        return Lab.secured(s -> s.getNamespaceOptionsBuilder().setNetwork(NamespaceMode.POD));
    }

    private static String serve(int port, String word) {
        return "while true; do echo " + word + " | nc -l -p " + port + "; done";
    }

    private static String ip(Lab lab, Lab.Pod pod) {
        return lab.runtime()
                .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(pod.id())
                        .build())
                .getStatus()
                .getNetwork()
                .getIp();
    }

    private static void awaitAnswer(Lab lab, String host, int port, String word) {
        Waiting.until(
                word + " answers at " + host + ":" + port,
                SOON,
                () -> answer(lab, host, port).contains(word));
    }

    /// From the node's own network.
    private static String answer(Lab lab, String host, int port) {
        return Shell.run(lab.node()
                        .place()
                        .network()
                        .inside(List.of("busybox", "nc", "-w", "2", host, String.valueOf(port))))
                .output();
    }
}
