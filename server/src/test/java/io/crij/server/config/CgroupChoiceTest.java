package io.crij.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.CgroupTree;
import io.crij.server.config.Config.CgroupDriver;
import java.util.List;
import org.junit.jupiter.api.Test;

class CgroupChoiceTest {
    private static final CgroupTree V2 = new CgroupTree(CgroupTree.Mode.V2, List.of());
    private static final CgroupTree HYBRID = new CgroupTree(CgroupTree.Mode.HYBRID, List.of());

    private static Config.Runtime decided(CgroupDriver driver, String parent, CgroupTree tree, boolean systemd)
            throws ConfigException {
        return CgroupChoice.decide(set(driver, parent), tree, systemd).runtime();
    }

    private static Config set(CgroupDriver driver, String parent) {
        var usual = Config.DEFAULT.runtime();
        return Config.DEFAULT.with(
                new Config.Runtime(usual.defaultHandler(), driver, parent, usual.sysctls(), usual.shmSize()));
    }

    private static String refused(CgroupDriver driver, String parent, CgroupTree tree, boolean systemd) {
        return assertThrows(ConfigException.class, () -> decided(driver, parent, tree, systemd))
                .getMessage();
    }

    @Test
    void autoIsSystemdWhereItCanBe() throws Exception {
        var runtime = decided(CgroupDriver.AUTO, "", V2, true);
        assertEquals(CgroupDriver.SYSTEMD, runtime.cgroupDriver());
        assertEquals("crij.slice", runtime.cgroupParent());
        assertEquals(
                "pods.slice", decided(CgroupDriver.AUTO, "pods.slice", V2, true).cgroupParent());
    }

    @Test
    void autoIsCgroupfsElsewhere() throws Exception {
        for (var runtime :
                List.of(decided(CgroupDriver.AUTO, "", V2, false), decided(CgroupDriver.AUTO, "", HYBRID, true))) {
            assertEquals(CgroupDriver.CGROUPFS, runtime.cgroupDriver());
            assertEquals("/crij", runtime.cgroupParent());
        }
    }

    @Test
    void whatIsSetIsWhatIsUsed() throws Exception {
        assertEquals(
                CgroupDriver.CGROUPFS,
                decided(CgroupDriver.CGROUPFS, "", V2, true).cgroupDriver());
    }

    @Test
    void systemdWhereItCannotBeIsRefused() {
        assertTrue(refused(CgroupDriver.SYSTEMD, "", V2, false).contains("/run/systemd/system"));
        assertTrue(refused(CgroupDriver.SYSTEMD, "", HYBRID, true).contains("unified_cgroup_hierarchy"));
    }

    @Test
    void aParentOfTheOtherKindIsRefused() {
        assertTrue(refused(CgroupDriver.AUTO, "/pods", V2, true).contains("cgroup_driver = \"cgroupfs\""));
        assertTrue(refused(CgroupDriver.AUTO, "pods.slice", V2, false).contains("needs the systemd driver"));
        assertTrue(refused(CgroupDriver.SYSTEMD, "a--b.slice", V2, true).contains("crij.slice"));
    }
}
