package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.CDIDevice;
import io.crij.server.nri.proto.Container;
import io.crij.server.nri.proto.ContainerAdjustment;
import io.crij.server.nri.proto.Field;
import io.crij.server.nri.proto.Hook;
import io.crij.server.nri.proto.Hooks;
import io.crij.server.nri.proto.KeyValue;
import io.crij.server.nri.proto.LinuxContainer;
import io.crij.server.nri.proto.LinuxContainerAdjustment;
import io.crij.server.nri.proto.LinuxMemory;
import io.crij.server.nri.proto.LinuxNamespace;
import io.crij.server.nri.proto.LinuxResources;
import io.crij.server.nri.proto.Mount;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdjustmentsTest {
    private final Container container = Container.newBuilder()
            .setId("c1")
            .addAllArgs(List.of("sleep", "1"))
            .addEnv("A=1")
            .addEnv("B=x=y")
            .putAnnotations("kept", "1")
            .addMounts(Mount.newBuilder().setDestination("/data").setSource("/old"))
            .addMounts(Mount.newBuilder().setDestination("/tmp").setSource("/t"))
            .setLinux(LinuxContainer.newBuilder()
                    .addNamespaces(LinuxNamespace.newBuilder().setType("pid"))
                    .setResources(memory(100)))
            .build();
    private final Adjustments adjustments = new Adjustments(container);

    private static LinuxResources memory(long limit) {
        return LinuxResources.newBuilder()
                .setMemory(LinuxMemory.newBuilder().setLimit(Optionals.of64(limit)))
                .build();
    }

    private static ContainerAdjustment env(String key, String value) {
        return ContainerAdjustment.newBuilder()
                .addEnv(KeyValue.newBuilder().setKey(key).setValue(value))
                .build();
    }

    private static ContainerAdjustment linux(LinuxContainerAdjustment.Builder linux) {
        return ContainerAdjustment.newBuilder().setLinux(linux).build();
    }

    @Test
    void changesOfSeveralPluginsComeTogether() throws Exception {
        adjustments.add("1-a", env("A", "2"));
        adjustments.add("2-b", env("C", "3"));
        assertEquals(List.of("A=2", "B=x=y", "C=3"), adjustments.container().getEnvList());
        assertEquals(
                List.of("A", "C"),
                adjustments.result().getEnvList().stream().map(KeyValue::getKey).toList());
        assertEquals(Map.of("A", "1-a", "C", "2-b"), adjustments.owners().allOf(Field.Env));
    }

    @Test
    void sameVariableOfTwoPluginsIsAConflict() throws Exception {
        adjustments.add("1-a", env("A", "2"));
        var failure = assertThrows(SandboxException.Refused.class, () -> adjustments.add("2-b", env("A", "2")));
        assertTrue(
                failure.getMessage().contains("1-a and 2-b both set Env \"A\" of container c1"), failure.getMessage());
    }

    @Test
    void whatIsTakenAwayFirstMayBeSetAnew() throws Exception {
        adjustments.add("1-a", env("A", "2"));
        adjustments.add(
                "2-b",
                ContainerAdjustment.newBuilder()
                        .addEnv(KeyValue.newBuilder().setKey("A").setValue("3"))
                        .addEnv(KeyValue.newBuilder().setKey("-A"))
                        .build());
        assertEquals(List.of("A=3", "B=x=y"), adjustments.container().getEnvList());
        assertEquals("2-b", adjustments.owners().allOf(Field.Env).get("A"));
    }

    @Test
    void removalIsMarkedInTheResult() throws Exception {
        adjustments.add(
                "1-a",
                ContainerAdjustment.newBuilder()
                        .putAnnotations("-kept", "")
                        .addMounts(Mount.newBuilder().setDestination("-/data"))
                        .build());
        assertEquals(Map.of(), adjustments.container().getAnnotationsMap());
        assertEquals(
                List.of("/tmp"),
                adjustments.container().getMountsList().stream()
                        .map(Mount::getDestination)
                        .toList());
        assertEquals(Map.of("-kept", ""), adjustments.result().getAnnotationsMap());
        assertEquals("-/data", adjustments.result().getMounts(0).getDestination());
    }

    @Test
    void mountOfTheContainerMayBeReplacedButNotThatOfAnotherPlugin() throws Exception {
        var mount = ContainerAdjustment.newBuilder()
                .addMounts(Mount.newBuilder().setDestination("/data").setSource("/new"))
                .build();
        adjustments.add("1-a", mount);
        assertEquals("/new", adjustments.container().getMounts(0).getSource());
        assertThrows(SandboxException.Refused.class, () -> adjustments.add("2-b", mount));
    }

    @Test
    void commandMayBeTakenOverWithAMark() throws Exception {
        adjustments.add("1-a", ContainerAdjustment.newBuilder().addArgs("one").build());
        assertThrows(
                SandboxException.Refused.class,
                () -> adjustments.add(
                        "2-b", ContainerAdjustment.newBuilder().addArgs("two").build()));
        adjustments.add(
                "2-b",
                ContainerAdjustment.newBuilder().addArgs("").addArgs("two").build());
        assertEquals(List.of("two"), adjustments.container().getArgsList());
        assertEquals(List.of("two"), adjustments.result().getArgsList());
    }

    @Test
    void hooksAddUpAndHaveSeveralOwners() throws Exception {
        var hooks = ContainerAdjustment.newBuilder()
                .setHooks(Hooks.newBuilder().addPrestart(Hook.newBuilder().setPath("/h")))
                .build();
        adjustments.add("1-a", hooks);
        adjustments.add("2-b", hooks);
        assertEquals(2, adjustments.result().getHooks().getPrestartCount());
        assertEquals(2, adjustments.container().getHooks().getPrestartCount());
        assertEquals("1-a,2-b", adjustments.owners().of(Field.OciHooks).orElseThrow());
    }

    @Test
    void limitsHaveOneOwnerEach() throws Exception {
        adjustments.add("1-a", linux(LinuxContainerAdjustment.newBuilder().setResources(memory(200))));
        assertEquals(
                200,
                adjustments
                        .container()
                        .getLinux()
                        .getResources()
                        .getMemory()
                        .getLimit()
                        .getValue());
        assertEquals("1-a", LimitOwners.of(adjustments.owners()));
        assertThrows(
                SandboxException.Refused.class,
                () -> adjustments.add(
                        "2-b", linux(LinuxContainerAdjustment.newBuilder().setResources(memory(200)))));
    }

    @Test
    void limitOfZeroReplacesOneThatIsThere() throws Exception {
        adjustments.add("1-a", linux(LinuxContainerAdjustment.newBuilder().setResources(memory(0))));
        var memory = adjustments.container().getLinux().getResources().getMemory();
        assertTrue(memory.hasLimit());
        assertEquals(0, memory.getLimit().getValue());
    }

    @Test
    void namespaceThatIsTakenAwayIsOwned() throws Exception {
        adjustments.add(
                "1-a",
                linux(LinuxContainerAdjustment.newBuilder()
                        .addNamespaces(LinuxNamespace.newBuilder().setType("-pid"))));
        assertEquals(0, adjustments.container().getLinux().getNamespacesCount());
        assertEquals(Map.of("pid", "1-a"), adjustments.owners().allOf(Field.Namespace));
    }

    @Test
    void deviceOfTwoPluginsIsAConflict() throws Exception {
        var device = ContainerAdjustment.newBuilder()
                .addCDIDevices(CDIDevice.newBuilder().setName("v.com/c=d"))
                .build();
        adjustments.add("1-a", device);
        assertThrows(SandboxException.Refused.class, () -> adjustments.add("2-b", device));
    }

    @Test
    void ownersAreToldByNumber() throws Exception {
        adjustments.add("1-a", env("A", "2"));
        adjustments.add("1-a", linux(LinuxContainerAdjustment.newBuilder().setResources(memory(7))));
        var message = adjustments.owners().message();
        assertEquals("1-a", message.getSimpleMap().get(Field.MemLimit.getNumber()));
        assertEquals(
                "1-a",
                message.getCompoundMap()
                        .get(Field.Env.getNumber())
                        .getOwnersMap()
                        .get("A"));
    }
}
