package io.crij.oci.cli;

import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.CreateRequest.Habits;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that name a bundle.
final class Bundle {
    @Option(
            names = {"--bundle", "-b"},
            paramLabel = "DIR",
            description = "The bundle; the current folder if not given.")
    Path path = Path.of("");

    @Option(
            names = {"--config", "-f"},
            paramLabel = "FILE",
            description = "Another file than the bundle's config.json.")
    @Nullable
    Path config;

    @Option(
            names = "--no-pivot",
            description = "Change the root by chroot(2), where pivot_root(2) cannot: on the initial ramdisk.")
    boolean noPivot;

    @Option(names = "--no-new-keyring", description = "Keep the caller's session keyring.")
    boolean noNewKeyring;

    Spec spec() throws OciException, IOException {
        Path file = config == null ? folder().resolve("config.json") : config;
        if (!Files.exists(file)) {
            throw new InvalidSpec("$", file.toString(), "there is no such file; name the bundle with --bundle");
        }
        return new SpecReader().spec(Files.readAllBytes(file));
    }

    CreateRequest request(String id, Spec spec, Stdio stdio, boolean detached) throws InvalidSpec {
        if (!id.matches("[A-Za-z0-9_+.-]+") || id.equals(".") || id.equals("..")) {
            throw new InvalidSpec("id", '"' + id + '"', "may have letters, digits and _+-. only");
        }
        @Nullable Root root = spec.root();
        if (root == null) {
            throw new InvalidSpec("root", "absent", "a container from a bundle needs a root file system");
        }
        return new CreateRequest(
                id,
                folder(),
                spec,
                new Rootfs.Directory(folder().resolve(root.path()).normalize()),
                stdio,
                detached,
                new Habits(!noPivot, !noNewKeyring));
    }

    Path folder() {
        return path.toAbsolutePath().normalize();
    }
}
