package io.crij.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.e2e.nri.SamplePlugin;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// A node for tests of plugins, one per class, with no pods left by an earlier test.
abstract class NriNode {
    static Node node;
    static String image;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/nri:1"));
        node.pods().pull(image);
        // the first one on the bridge leaves the folder of the addresses
        removePod(node.pods().run(node.pods().config("first", NamespaceMode.POD).build()));
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @AfterEach
    void removePods() {
        node.pods().all().forEach(NriNode::removePod);
    }

    @BeforeEach
    void onlyCrijIsAskedAboutIt() {
        assumeTrue(node.isCrij(), "needs crij: containerd keeps its plugins' socket elsewhere");
    }

    static SamplePlugin plugin(String index, String name) {
        return new SamplePlugin(index, name);
    }

    static SamplePlugin connected(SamplePlugin plugin) throws Exception {
        return plugin.connect(node.place().nriSocket());
    }

    static PodSandboxConfig config(String name) {
        return node.pods().config(name, NamespaceMode.NODE).build();
    }

    static ContainerConfig container(String name, String command) {
        return Pods.container(name, image, NamespaceMode.NODE, List.of("sh", "-c", command))
                .build();
    }

    static void removePod(String pod) {
        node.pods().stopPod(pod);
        node.pods().removePod(pod);
    }
}
