package io.crij.oci.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crij.oci.spec.Capability;
import io.crij.oci.spec.MemoryPolicy;
import io.crij.oci.spec.MountOptions;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/// Runtime-spec "Features Structure".
@Command(name = "features", mixinStandardHelpOptions = true, description = "Prints what this runtime can do, as JSON.")
final class Features implements Callable<Integer> {
    private static final List<Seccomp.Arch> ARCHITECTURES = List.of(
            Seccomp.Arch.SCMP_ARCH_X86_64,
            Seccomp.Arch.SCMP_ARCH_X86,
            Seccomp.Arch.SCMP_ARCH_X32,
            Seccomp.Arch.SCMP_ARCH_AARCH64,
            Seccomp.Arch.SCMP_ARCH_ARM);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @ParentCommand
    private OciExec command;

    @Override
    public Integer call() throws IOException {
        command.out().println(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(features()));
        return 0;
    }

    static ObjectNode features() {
        ObjectNode features = MAPPER.createObjectNode();
        features.put("ociVersionMin", "1.0.0");
        features.put("ociVersionMax", Spec.VERSION);
        features.set(
                "hooks",
                strings(List.of(
                        "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop")));
        features.set("mountOptions", strings(MountOptions.known()));
        ObjectNode linux = features.putObject("linux");
        linux.set("namespaces", strings(Arrays.asList(Namespace.Type.values())));
        linux.set("capabilities", strings(Arrays.asList(Capability.values())));
        ObjectNode cgroup = linux.putObject("cgroup");
        cgroup.put("v1", true)
                .put("v2", true)
                .put("systemd", true)
                .put("systemdUser", false)
                .put("rdma", true);
        seccomp(linux.putObject("seccomp"));
        linux.putObject("apparmor").put("enabled", Files.isDirectory(Path.of("/sys/kernel/security/apparmor")));
        linux.putObject("selinux").put("enabled", Files.exists(Path.of("/sys/fs/selinux/enforce")));
        linux.putObject("mountExtensions").putObject("idmap").put("enabled", true);
        linux.putObject("netDevices").put("enabled", true);
        linux.putObject("intelRdt").put("enabled", false);
        ObjectNode policy = linux.putObject("memoryPolicy");
        policy.set("modes", strings(Arrays.asList(MemoryPolicy.Mode.values())));
        policy.set("flags", strings(Arrays.asList(MemoryPolicy.Flag.values())));
        features.putObject("annotations").put("io.crij.oci-exec.version", Version.number());
        return features;
    }

    private static void seccomp(ObjectNode seccomp) {
        seccomp.put("enabled", true);
        seccomp.set("actions", strings(Arrays.asList(Seccomp.Action.values())));
        seccomp.set("operators", strings(Arrays.asList(Seccomp.Op.values())));
        seccomp.set("archs", strings(ARCHITECTURES));
        seccomp.set("knownFlags", strings(Arrays.asList(Seccomp.Flag.values())));
        seccomp.set("supportedFlags", strings(Arrays.asList(Seccomp.Flag.values())));
    }

    private static ArrayNode strings(List<?> values) {
        ArrayNode array = MAPPER.createArrayNode();
        values.forEach(value -> array.add(value.toString()));
        return array;
    }
}
