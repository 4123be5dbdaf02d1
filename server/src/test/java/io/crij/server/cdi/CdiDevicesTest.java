package io.crij.server.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.User;
import io.crij.sandbox.SandboxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CdiDevicesTest {
    private static final Spec PLAIN = Spec.EMPTY.with(s -> {
        s.process = Process.EMPTY.with(p -> {
            p.env = List.of("A=old", "KEPT=1");
            p.user = new User(1000, 1000, null, List.of(5L));
        });
        s.mounts = List.of(Mount.bind("/a", "/data/deep", "rbind"), Mount.bind("/old", "/replaced", "rbind"));
    });

    @TempDir
    Path folder;

    @Test
    void everythingThatADeviceBringsIsAdded() throws Exception {
        write("vendor.yaml", """
            cdiVersion: "0.7.0"
            kind: vendor.com/null
            containerEdits:
              env: [A=all]
            devices:
            - name: one
              containerEdits:
                env: [A=one, B=2]
                additionalGids: [0, 5, 44]
                deviceNodes:
                - path: /dev/nothing
                  hostPath: /dev/null
                  permissions: rw
                - {path: /dev/fixed, type: b, major: 7, minor: 9, fileMode: 0600, uid: 0}
                netDevices:
                - {hostInterfaceName: ib0, name: net1}
                mounts:
                - {hostPath: /lib/x.so, containerPath: /replaced, options: [ro, nosuid]}
                - {hostPath: tmpfs, containerPath: /t, type: tmpfs}
                hooks:
                - {hookName: createContainer, path: /bin/hook, args: [hook, x], timeout: 3}
            """);
        var spec = edits("vendor.com/null=one").applyTo(PLAIN);

        var process = Objects.requireNonNull(spec.process());
        assertEquals(List.of("KEPT=1", "A=one", "B=2"), process.env());
        assertEquals(List.of(5L, 44L), process.user().additionalGids());
        var devices = spec.linux().devices();
        assertEquals("/dev/nothing", devices.getFirst().path());
        assertEquals(DeviceType.CHARACTER, devices.getFirst().type());
        assertEquals(3, devices.getFirst().minor());
        assertEquals(1000, devices.getFirst().uid());
        assertEquals(DeviceType.BLOCK, devices.getLast().type());
        assertEquals(0600, devices.getLast().fileMode());
        assertEquals(0, devices.getLast().uid());
        assertEquals(
                List.of("rw", "rwm"),
                spec.linux().resources().devices().stream().map(r -> r.access()).toList());
        assertEquals(
                "net1",
                Objects.requireNonNull(spec.linux().netDevices().get("ib0")).name());
        assertEquals(
                List.of("/replaced", "/t", "/data/deep"),
                spec.mounts().stream().map(Mount::destination).toList());
        assertEquals(List.of("rbind", "ro", "nosuid"), spec.mounts().getFirst().options());
        assertEquals(
                List.of("hook", "x"), spec.hooks().createContainer().getFirst().args());
    }

    @Test
    void editsOfAKindAreMadeOnceForAllItsDevices() throws Exception {
        write("vendor.json", """
            {"cdiVersion": "0.6.0", "kind": "vendor.com/gpu",
             "containerEdits": {"hooks": [{"hookName": "prestart", "path": "/bin/all"}]},
             "devices": [{"name": "0"}, {"name": "1"}]}
            """);
        var spec = edits("vendor.com/gpu=0", "vendor.com/gpu=1").applyTo(PLAIN);
        assertEquals(1, spec.hooks().prestart().size());
    }

    @Test
    void laterFolderWins() throws Exception {
        var low = Files.createDirectory(folder.resolve("low"));
        var high = Files.createDirectory(folder.resolve("high"));
        Files.writeString(low.resolve("a.json"), device("FROM=low"));
        Files.writeString(high.resolve("z.json"), device("FROM=high"));
        var edits =
                CdiDevices.read(List.of(low, high, folder.resolve("absent"))).edits(names("v.com/c=d"));
        assertTrue(Objects.requireNonNull(edits.applyTo(PLAIN).process()).env().contains("FROM=high"));
    }

    @Test
    void deviceOfTwoFilesOfAFolderIsUnusable() throws Exception {
        write("a.json", device("X=1"));
        write("b.json", device("X=2"));
        assertTrue(refused("v.com/c=d").contains("several files"));
    }

    @Test
    void unknownDeviceIsRefusedWithThoseThatThereAre() throws Exception {
        write("a.json", device("X=1"));
        write("broken.yaml", "kind: [");
        write("notes.txt", "nothing of ours");
        var message = refused("v.com/c=other");
        assertTrue(message.contains("v.com/c=d"), message);
        assertTrue(message.contains("broken.yaml: line 1"), message);
        assertFalse(message.contains("notes.txt"), message);
    }

    @Test
    void whatTheHostDoesNotHaveIsRefused() throws Exception {
        write("a.json", """
            {"cdiVersion": "0.6.0", "kind": "v.com/c", "devices": [{"name": "gone",
             "containerEdits": {"deviceNodes": [{"path": "/dev/does-not-exist"}]}},
             {"name": "file", "containerEdits": {"deviceNodes": [{"path": "/proc/version"}]}},
             {"name": "hook", "containerEdits": {"hooks": [{"hookName": "later", "path": "/x"}]}}]}
            """);
        for (var name : List.of("gone", "file", "hook")) {
            assertThrows(
                    SandboxException.Unsupported.class,
                    () -> edits("v.com/c=" + name).applyTo(PLAIN));
        }
    }

    @Test
    void namesHaveThreeParts() throws Exception {
        assertEquals(
                "vendor.com/gpu=0:1", CdiName.parse("f", "vendor.com/gpu=0:1").toString());
        for (var text :
                List.of("", "gpu", "vendor/gpu", "vendor/gpu=", "/gpu=0", "vendor/=0", "1vendor/gpu=0", "v/g=-1")) {
            assertThrows(SandboxException.Invalid.class, () -> CdiName.parse("f", text), text);
        }
    }

    private static String device(String env) {
        return "{\"cdiVersion\": \"0.6.0\", \"kind\": \"v.com/c\", \"devices\": [{\"name\": \"d\", "
                + "\"containerEdits\": {\"env\": [\"" + env + "\"]}}]}";
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }

    private String refused(String name) {
        return String.valueOf(assertThrows(SandboxException.Unsupported.class, () -> edits(name))
                .getMessage());
    }

    private CdiEdits edits(String... names) throws SandboxException {
        return CdiDevices.read(List.of(folder)).edits(names(names));
    }

    private static LinkedHashSet<CdiName> names(String... names) throws SandboxException {
        var all = new LinkedHashSet<CdiName>();
        for (var name : names) {
            all.add(CdiName.parse("test", name));
        }
        return all;
    }
}
