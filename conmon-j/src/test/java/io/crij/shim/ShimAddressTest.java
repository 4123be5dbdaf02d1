package io.crij.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crij.shim.proto.BootstrapResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShimAddressTest {
    private static Optional<ShimAddress> parse(String printed) {
        return ShimAddress.parse(printed.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void threeFormsAreKnown() {
        assertEquals(Optional.of(new ShimAddress(2, "/run/s")), parse("unix:///run/s\n"));
        assertEquals(
                Optional.of(new ShimAddress(3, "/run/s")),
                parse("{\"version\":3,\"address\":\"unix:///run/s\",\"protocol\":\"ttrpc\",\"new\":[1]}"));
        var message = BootstrapResult.newBuilder()
                .setVersion(3)
                .setAddress("unix:///run/s")
                .setProtocol("ttrpc")
                .build();
        assertEquals(Optional.of(new ShimAddress(3, "/run/s")), ShimAddress.parse(message.toByteArray()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"version\":3",
                "{\"version\":4,\"address\":\"unix:///run/s\",\"protocol\":\"ttrpc\"}",
                "{\"version\":3,\"address\":\"unix:///run/s\",\"protocol\":\"grpc\"}",
                "{\"version\":3,\"address\":\"vsock://3:1\",\"protocol\":\"ttrpc\"}",
                "usage: shim [flags]",
                "unix:///run/s\nand more",
                "unix://relative"
            })
    void anythingElseIsNoAddress(String printed) {
        assertEquals(Optional.empty(), parse(printed));
    }
}
