package io.crij.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Who may use whom: the module rules of the architecture.
class ArchitectureTest {
    private static final String LINUX = "io.crij.linux..";
    private static final String OCI = "io.crij.oci..";
    private static final String MONITOR = "io.crij.monitor..";
    private static final String IMAGE = "io.crij.image..";
    private static final String SANDBOX = "io.crij.sandbox..";
    private static final String SERVER = "io.crij.server..";

    private static JavaClasses ours;

    @BeforeAll
    static void read() {
        ours = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.crij");
    }

    @Test
    void everyModuleIsLookedAt() {
        for (var prefix : new String[] {LINUX, OCI, MONITOR, IMAGE, SANDBOX, SERVER, "io.crij.cri.v1.."}) {
            var name = prefix.substring(0, prefix.length() - 2);
            assertTrue(ours.stream().anyMatch(type -> type.getPackageName().startsWith(name)), name);
        }
    }

    @Test
    void onlyLinuxTouchesJnr() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackage(LINUX)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.."));
    }

    @Test
    void onlyServerAndSchemaTouchGrpcAndNetty() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackages(SERVER, "io.crij.cri.v1..", "io.crij.admin.v1..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "io.netty.."));
    }

    @Test
    void monitorHasNoLoggingFramework() {
        holds(noClasses()
                .that()
                .resideInAnyPackage(MONITOR, LINUX, OCI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.slf4j..", "ch.qos.logback.."));
    }

    @Test
    void linuxUsesNothingOfOurs() {
        holds(noClasses()
                .that()
                .resideInAPackage(LINUX)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(OCI, MONITOR, IMAGE, SANDBOX, SERVER, "io.crij.cri.."));
    }

    @Test
    void executorUsesLinuxOnly() {
        holds(noClasses()
                .that()
                .resideInAPackage(OCI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(MONITOR, IMAGE, SANDBOX, SERVER, "io.crij.cri.."));
    }

    @Test
    void monitorUsesExecutorAndLinuxOnly() {
        holds(noClasses()
                .that()
                .resideInAPackage(MONITOR)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(IMAGE, SANDBOX, SERVER, "io.crij.cri.."));
    }

    @Test
    void ttrpcKnowsNothingOfOurs() {
        holds(noClasses()
                .that()
                .resideInAPackage("io.crij.ttrpc..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LINUX, OCI, MONITOR, IMAGE, SANDBOX, SERVER, "io.crij.cri.."));
    }

    @Test
    void imagesAndSandboxesDoNotKnowEachOther() {
        holds(noClasses()
                .that()
                .resideInAPackage(IMAGE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SANDBOX, OCI, MONITOR, SERVER, "io.crij.cri.."));
        holds(noClasses()
                .that()
                .resideInAPackage(SANDBOX)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(IMAGE, SERVER, "io.crij.cri.."));
    }

    @Test
    void statusesAreMadeInTheWrapperOnly() {
        holds(noClasses()
                .that()
                .resideInAnyPackage("io.crij.server.cri..", "io.crij.server.spec..", "io.crij.server.stats..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.grpc.."));
    }

    @Test
    void partsOfTheServerHaveNoCycles() {
        holds(slices().matching("io.crij.server.(*)..").should().beFreeOfCycles());
    }

    @Test
    void namesSayWhatThingsAre() {
        holds(classes()
                .that()
                .resideOutsideOfPackages(
                        "io.crij.cri.v1..",
                        "io.crij.admin.v1..",
                        "io.crij.monitor.proto..",
                        "io.crij.ttrpc.proto..",
                        "io.crij.shim.proto..",
                        "io.crij.server.nri.proto..")
                .should()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotEndingWith("Util")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotEndingWith("Helper")
                .andShould()
                .haveSimpleNameNotEndingWith("Impl")
                .andShould()
                .haveSimpleNameNotEndingWith("Service"));
    }

    private static void holds(ArchRule rule) {
        rule.check(ours);
    }
}
