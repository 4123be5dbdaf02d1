package io.crij.server.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.Int64Value;
import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.cri.v1.SupplementalGroupsPolicy;
import io.crij.image.ImageUsers;
import io.crij.sandbox.SandboxException;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserResolverTest {
    private static final ImageUsers USERS = new ImageUsers(
            List.of(
                    new ImageUsers.User("root", 0, 0, "/root", "/bin/sh"),
                    new ImageUsers.User("app", 1000, 1001, "/home/app", "")),
            List.of(new ImageUsers.Group("app", 1001, List.of()), new ImageUsers.Group("disk", 6, List.of("app"))));

    @Test
    void nothingAskedIsTheImagesUserOrRoot() throws Exception {
        assertEquals(new ProcessUser(0, 0, List.of(0L), "/root", true), resolve("", security()));
        assertEquals(new ProcessUser(1000, 1001, List.of(1001L, 6L), "/home/app", true), resolve("app", security()));
        assertEquals(new ProcessUser(1000, 6, List.of(6L), "/home/app", true), resolve("app:disk", security()));
        assertEquals(new ProcessUser(5, 7, List.of(7L), "", false), resolve("5:7", security()));
    }

    @Test
    void requestBeatsTheImage() throws Exception {
        assertEquals(
                new ProcessUser(1000, 1001, List.of(1001L, 6L), "/home/app", true),
                resolve("0", security().setRunAsUser(value(1000))));
        assertEquals(1000, resolve("", security().setRunAsUsername("app")).uid());
        assertEquals(
                new ProcessUser(2000, 0, List.of(0L), "", false),
                resolve("app", security().setRunAsUser(value(2000))));
        assertEquals(
                77,
                resolve("", security().setRunAsUser(value(1000)).setRunAsGroup(value(77)))
                        .gid());
    }

    @Test
    void policySaysWhetherTheImagesGroupsCount() throws Exception {
        var asked = security().setRunAsUser(value(1000)).addSupplementalGroups(99);
        assertEquals(List.of(1001L, 99L, 6L), resolve("", asked).supplementalGroups());
        asked.setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict);
        assertEquals(List.of(1001L, 99L), resolve("", asked).supplementalGroups());
        assertThrows(SandboxException.Invalid.class, () -> resolve("", asked.setSupplementalGroupsPolicyValue(9)));
    }

    @Test
    void groupNeedsAUser() {
        var failure = assertThrows(
                SandboxException.Invalid.class, () -> resolve("app", security().setRunAsGroup(value(5))));
        assertEquals("config.linux.security_context.run_as_group", failure.field());
    }

    @Test
    void unknownNamesAreRefusedAndUnknownNumbersAreNot() throws Exception {
        assertThrows(
                SandboxException.Invalid.class, () -> resolve("", security().setRunAsUsername("nobody")));
        assertThrows(SandboxException.Invalid.class, () -> resolve("app:nogroup", security()));
        var failure = assertThrows(SandboxException.Invalid.class, () -> resolve("ghost", security()));
        assertTrue(failure.getMessage().startsWith("user of the image: \"ghost\""), failure.getMessage());
        assertEquals(4711, resolve("4711", security()).uid());
    }

    @Test
    void idsOutOfRangeAreRefused() {
        for (long id : new long[] {-1, 0xFFFF_FFFFL, 1L << 40}) {
            assertThrows(
                    SandboxException.Invalid.class, () -> resolve("", security().setRunAsUser(value(id))));
            assertThrows(
                    SandboxException.Invalid.class, () -> resolve("", security().addSupplementalGroups(id)));
            assertThrows(
                    SandboxException.Invalid.class,
                    () -> resolve("", security().setRunAsUser(value(1)).setRunAsGroup(value(id))));
        }
    }

    @Test
    void nameAndNumberExcludeEachOther() {
        assertThrows(
                SandboxException.Invalid.class,
                () -> resolve("", security().setRunAsUser(value(1)).setRunAsUsername("app")));
    }

    private static ProcessUser resolve(String imageUser, LinuxContainerSecurityContext.Builder security)
            throws SandboxException {
        return new UserResolver(USERS, imageUser).resolve(security.build());
    }

    private static LinuxContainerSecurityContext.Builder security() {
        return LinuxContainerSecurityContext.newBuilder();
    }

    private static Int64Value value(long value) {
        return Int64Value.newBuilder().setValue(value).build();
    }
}
