package io.crij.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxySettingsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*                       | a.example       | false",
                "example                 | a.example       | false",
                ".example                | a.example       | false",
                "*.example               | a.example       | false",
                ".a.example              | a.example       | true",
                "ample                   | a.example       | true",
                "b.example,a.example     | A.Example       | false",
                "a.example:5000          | a.example:5000  | false",
                "a.example:5000          | a.example       | true",
                "10.0.0.0/8              | 10.1.2.3        | false",
                "10.0.0.0/8              | 11.1.2.3        | true",
                "10.0.0.0/8              | ten.example     | true",
                "fd00::/8                | [fd12::1]       | false",
                "10.1.2.3                | 10.1.2.3:443    | false",
                "'a.example b.example'   | b.example       | false",
                "''                      | a.example       | true",
                "''                      | 127.0.0.1:5000  | false",
                "''                      | localhost       | false"
            })
    void hostsAreExcludedAsGoProgramsDoIt(String rule, String host, boolean throughProxy) throws Exception {
        var proxies = new ProxySettings(Map.of("HTTPS_PROXY", "http://proxy:3128", "no_proxy", rule.strip()));
        assertEquals(
                throughProxy,
                proxies.proxyFor(URI.create("https://" + host + "/v2/")).isPresent());
    }

    @Test
    void eachSchemeHasItsVariable() throws Exception {
        var proxies = new ProxySettings(Map.of("https_proxy", "secure:1", "HTTP_PROXY", "http://u:p@plain:2"));
        assertEquals(Optional.of(URI.create("http://secure:1")), proxies.proxyFor(URI.create("https://a.example/")));
        assertEquals(Optional.of(URI.create("http://u:p@plain:2")), proxies.proxyFor(URI.create("http://a.example/")));
        assertEquals(Optional.empty(), new ProxySettings(Map.of()).proxyFor(URI.create("http://a.example/")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://my_proxy:3128", "http://u:secret word@proxy", "ftp://proxy", "http://", "::"})
    void aVariableThatIsNoAddressIsToldWithoutItsPassword(String value) {
        var proxies = new ProxySettings(Map.of("HTTPS_PROXY", value));
        var refused = assertThrows(ConnectException.class, () -> proxies.proxyFor(URI.create("https://a.example/")));
        assertTrue(refused.getMessage().contains("HTTPS_PROXY"), refused.getMessage());
        assertFalse(refused.getMessage().contains("secret"), refused.getMessage());
    }
}
