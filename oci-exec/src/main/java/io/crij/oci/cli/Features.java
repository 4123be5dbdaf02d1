package io.crij.oci.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.crij.oci.spec.Capability;
import io.crij.oci.spec.MemoryPolicy;
import io.crij.oci.spec.MountOptions;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Runtime-spec "Features Structure".
final class Features implements Verb {
    private static final List<Seccomp.Arch> ARCHITECTURES = List.of(
            Seccomp.Arch.SCMP_ARCH_X86_64,
            Seccomp.Arch.SCMP_ARCH_X86,
            Seccomp.Arch.SCMP_ARCH_X32,
            Seccomp.Arch.SCMP_ARCH_AARCH64,
            Seccomp.Arch.SCMP_ARCH_ARM);

    private final OciExec command;
    private final Syntax syntax = new Syntax("features", "Prints what this runtime can do, as JSON.");

    Features(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws IOException {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            features(json);
        }
        command.out().println(text);
        return 0;
    }

    private static void features(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("ociVersionMin", "1.0.0");
        json.writeStringField("ociVersionMax", Spec.VERSION);
        strings(
                json,
                "hooks",
                List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"));
        strings(json, "mountOptions", MountOptions.known());
        json.writeObjectFieldStart("linux");
        linux(json);
        json.writeEndObject();
        json.writeObjectFieldStart("annotations");
        json.writeStringField("io.crij.oci-exec.version", Version.number());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void linux(JsonGenerator json) throws IOException {
        strings(json, "namespaces", Arrays.asList(Namespace.Type.values()));
        strings(json, "capabilities", Arrays.asList(Capability.values()));
        json.writeObjectFieldStart("cgroup");
        json.writeBooleanField("v1", true);
        json.writeBooleanField("v2", true);
        json.writeBooleanField("systemd", true);
        json.writeBooleanField("systemdUser", false);
        json.writeBooleanField("rdma", true);
        json.writeEndObject();
        json.writeObjectFieldStart("seccomp");
        seccomp(json);
        json.writeEndObject();
        enabled(json, "apparmor", Files.isDirectory(Path.of("/sys/kernel/security/apparmor")));
        enabled(json, "selinux", Files.exists(Path.of("/sys/fs/selinux/enforce")));
        json.writeObjectFieldStart("mountExtensions");
        enabled(json, "idmap", true);
        json.writeEndObject();
        enabled(json, "netDevices", true);
        enabled(json, "intelRdt", false);
        json.writeObjectFieldStart("memoryPolicy");
        strings(json, "modes", Arrays.asList(MemoryPolicy.Mode.values()));
        strings(json, "flags", Arrays.asList(MemoryPolicy.Flag.values()));
        json.writeEndObject();
    }

    private static void seccomp(JsonGenerator json) throws IOException {
        json.writeBooleanField("enabled", true);
        strings(json, "actions", Arrays.asList(Seccomp.Action.values()));
        strings(json, "operators", Arrays.asList(Seccomp.Op.values()));
        strings(json, "archs", ARCHITECTURES);
        strings(json, "knownFlags", Arrays.asList(Seccomp.Flag.values()));
        strings(json, "supportedFlags", Arrays.asList(Seccomp.Flag.values()));
    }

    private static void enabled(JsonGenerator json, String name, boolean enabled) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeBooleanField("enabled", enabled);
        json.writeEndObject();
    }

    private static void strings(JsonGenerator json, String name, Iterable<?> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (Object value : values) {
            json.writeString(value.toString());
        }
        json.writeEndArray();
    }
}
