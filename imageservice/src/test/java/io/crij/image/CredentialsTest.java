package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    private static Credentials of(
            String user, String password, String auth, String server, String identity, String token) throws Exception {
        return Credentials.of(Reference.parse("host.example/app"), user, password, auth, server, identity, token);
    }

    @Test
    void theMostSpecificKindIsTaken() throws Exception {
        assertEquals(new Credentials.RegistryToken("r"), of("u", "p", "", "", "i", "r"));
        assertEquals(new Credentials.IdentityToken("i"), of("u", "p", "", "", "i", ""));
        assertEquals(new Credentials.Password("u", "p"), of("u", "p", "x", "", "", ""));
        String auth = Base64.getEncoder().encodeToString("u:p:q\0".getBytes(StandardCharsets.UTF_8));
        assertEquals(new Credentials.Password("u", "p:q"), of("", "", auth, "", "", ""));
        assertEquals(new Credentials.Anonymous(), of("", "", "", "", "", ""));
    }

    @Test
    void thoseOfAnotherServerAreNotUsed() throws Exception {
        assertEquals(new Credentials.Anonymous(), of("u", "p", "", "https://other.example/v1/", "", ""));
        assertEquals(new Credentials.Password("u", "p"), of("u", "p", "", "https://host.example/v1/", "", ""));
    }

    @Test
    void brokenOnesAreRefused() {
        assertThrows(ImageException.InvalidCredentials.class, () -> of("", "", "%%%", "", "", ""));
        assertThrows(ImageException.InvalidCredentials.class, () -> of("", "", "YWJj", "", "", ""));
    }

    @Test
    void secretsAreNotPrinted() throws Exception {
        for (Credentials credentials : new Credentials[] {
            new Credentials.Password("u", "secret"),
            new Credentials.IdentityToken("secret"),
            new Credentials.RegistryToken("secret")
        }) {
            assertFalse(credentials.toString().contains("secret"));
        }
    }
}
