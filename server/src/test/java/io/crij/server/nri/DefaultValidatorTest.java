package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.sandbox.SandboxException;
import io.crij.server.config.Config;
import io.crij.server.nri.proto.Field;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DefaultValidatorTest {
    private static final String TOLERATE = "tolerate.example";

    private static DefaultValidator with(boolean rules, String... required) {
        return new DefaultValidator(
                new Config.NriValidator(true, rules, rules, rules, rules, rules, rules, List.of(required), TOLERATE));
    }

    private static void assertRefused(DefaultValidator validator, Owners owners, String words) {
        var failure = assertThrows(
                SandboxException.Refused.class,
                () -> validator.checkChanges(owners, DefaultValidator.Profile.RUNTIME_DEFAULT));
        assertTrue(failure.getMessage().contains(words) && failure.getMessage().contains("10-a"), failure.getMessage());
    }

    private interface Claim {
        void on(Owners owners) throws SandboxException.Refused;
    }

    private static Owners owning(Claim claim) throws SandboxException.Refused {
        var owners = new Owners("c1");
        claim.on(owners);
        return owners;
    }

    @Test
    void eachRuleForbidsItsOwn() throws Exception {
        var hooks = owning(owners -> owners.share(Field.OciHooks, "10-a"));
        var namespaces = owning(owners -> owners.claim(Field.Namespace, "pid", "10-a"));
        var sysctls = owning(owners -> owners.claim(Field.Sysctl, "net.x", "10-a"));
        var seccomp = owning(owners -> owners.claim(Field.SeccompPolicy, "10-a"));
        var all = with(true);
        assertRefused(all, hooks, "reject_oci_hook_adjustment");
        assertRefused(all, namespaces, "reject_namespace_adjustment");
        assertRefused(all, sysctls, "reject_sysctl_adjustment");
        assertRefused(all, seccomp, "reject_runtime_default_seccomp_adjustment");
        for (var owners : List.of(hooks, namespaces, sysctls, seccomp)) {
            assertDoesNotThrow(() -> with(false).checkChanges(owners, DefaultValidator.Profile.RUNTIME_DEFAULT));
        }
    }

    @Test
    void seccompRuleIsThatOfTheContainersProfile() throws Exception {
        var seccomp = owning(owners -> owners.claim(Field.SeccompPolicy, "10-a"));
        var onlyCustom = new DefaultValidator(
                new Config.NriValidator(true, false, false, false, true, false, false, List.of(), ""));
        assertDoesNotThrow(() -> onlyCustom.checkChanges(seccomp, DefaultValidator.Profile.RUNTIME_DEFAULT));
        assertDoesNotThrow(() -> onlyCustom.checkChanges(seccomp, DefaultValidator.Profile.UNCONFINED));
        assertThrows(
                SandboxException.Refused.class,
                () -> onlyCustom.checkChanges(seccomp, DefaultValidator.Profile.CUSTOM));
        var onlyUnconfined = new DefaultValidator(
                new Config.NriValidator(true, false, false, true, false, false, false, List.of(), ""));
        assertThrows(
                SandboxException.Refused.class,
                () -> onlyUnconfined.checkChanges(seccomp, DefaultValidator.Profile.UNCONFINED));
        assertDoesNotThrow(() -> onlyUnconfined.checkChanges(seccomp, DefaultValidator.Profile.CUSTOM));
    }

    @Test
    void requiredPluginsMustBeThere() {
        var validator = with(false, "a", "b");
        var failure = assertThrows(
                SandboxException.Refused.class, () -> validator.checkPresence(Map.of(), "main", List.of("a")));
        assertTrue(failure.getMessage().contains("not there: b;"), failure.getMessage());
        assertDoesNotThrow(() -> validator.checkPresence(Map.of(), "main", List.of("b", "a", "c")));
    }

    @Test
    void podMayNameMorePlugins() {
        var validator = with(false);
        var key = DefaultValidator.REQUIRED;
        var annotations = Map.of(key, "[ x ]", key + "/container.main", "- y");
        assertThrows(SandboxException.Refused.class, () -> validator.checkPresence(annotations, "main", List.of("x")));
        assertDoesNotThrow(() -> validator.checkPresence(annotations, "main", List.of("y")));
        assertDoesNotThrow(() -> validator.checkPresence(annotations, "other", List.of("x")));
        var failure = assertThrows(
                SandboxException.Refused.class,
                () -> validator.checkPresence(Map.of(key + "/pod", "{ a: 1 }"), "main", List.of()));
        assertTrue(failure.getMessage().contains("list of names"), failure.getMessage());
    }

    @Test
    void podMayTolerateMissingOnes() {
        var validator = with(false, "a");
        assertDoesNotThrow(() -> validator.checkPresence(Map.of(TOLERATE, "true"), "main", List.of()));
        assertDoesNotThrow(
                () -> validator.checkPresence(Map.of(TOLERATE + "/container.main", "true"), "main", List.of()));
        assertThrows(
                SandboxException.Refused.class,
                () -> validator.checkPresence(Map.of(TOLERATE + "/container.main", "true"), "side", List.of()));
        assertThrows(
                SandboxException.Refused.class,
                () -> validator.checkPresence(Map.of(TOLERATE, "false"), "main", List.of()));
        var failure = assertThrows(
                SandboxException.Refused.class,
                () -> validator.checkPresence(Map.of(TOLERATE, "maybe"), "main", List.of()));
        assertTrue(failure.getMessage().contains("neither true nor false"), failure.getMessage());
    }

    @Test
    void nothingIsForbiddenUnlessEnabled() throws Exception {
        var off = new DefaultValidator(
                new Config.NriValidator(false, true, true, true, true, true, true, List.of("a"), ""));
        var hooks = owning(owners -> owners.share(Field.OciHooks, "10-a"));
        assertDoesNotThrow(() -> off.checkChanges(hooks, DefaultValidator.Profile.UNCONFINED));
        assertDoesNotThrow(() -> off.checkPresence(Map.of(), "main", List.of()));
    }
}
