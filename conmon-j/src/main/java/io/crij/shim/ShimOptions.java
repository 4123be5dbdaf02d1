package io.crij.shim;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.crij.shim.proto.Packed;
import io.crij.shim.proto.RuncOptions;
import io.crij.shim.proto.RuntimeOptions;

/// What a shim is told about the runtime behind it, when it is started and with each create.
final class ShimOptions {
    private ShimOptions() {}

    static Packed of(ShimSettings settings) {
        return switch (settings.options()) {
            case RUNC ->
                pack(
                        "containerd.runc.v1.Options",
                        RuncOptions.newBuilder()
                                .setBinaryName(settings.runtime())
                                .setRoot(settings.root())
                                .setSystemdCgroup(settings.systemdCgroup())
                                .build());
            case GENERIC ->
                settings.configPath().isEmpty()
                        ? Packed.getDefaultInstance()
                        : pack(
                                "runtimeoptions.v1.Options",
                                RuntimeOptions.newBuilder()
                                        .setConfigPath(settings.configPath())
                                        .setTypeUrl(settings.configType())
                                        .build());
        };
    }

    private static Packed pack(String type, MessageLite message) {
        return packed(type, message.toByteArray());
    }

    /// A structure of the runtime-spec travels as JSON.
    static Packed spec(String structure, byte[] json) {
        return packed("types.containerd.io/opencontainers/runtime-spec/1/" + structure, json);
    }

    private static Packed packed(String type, byte[] value) {
        return Packed.newBuilder()
                .setTypeUrl(type)
                .setValue(ByteString.copyFrom(value))
                .build();
    }
}
