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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The options that name a bundle.
final class Bundle {
    private final Argument<Path> path;
    private final Argument<@Nullable Path> config;
    private final Argument<Boolean> noPivot;
    private final Argument<Boolean> noNewKeyring;

    Bundle(Syntax syntax) {
        path = syntax.path("--bundle, -b", "DIR", Path.of(""), "The bundle; the current folder if not given.");
        config = syntax.path("--config, -f", "FILE", "Another file than the bundle's config.json.");
        noPivot = syntax.flag(
                "--no-pivot", "Change the root by chroot(2), where pivot_root(2) cannot: on the initial ramdisk.");
        noNewKeyring = syntax.flag("--no-new-keyring", "Keep the caller's session keyring.");
    }

    Spec spec() throws OciException {
        Path file = Objects.requireNonNullElseGet(config.value(), () -> folder().resolve("config.json"));
        if (!Files.exists(file)) {
            throw new InvalidSpec("$", file.toString(), "there is no such file; name the bundle with --bundle");
        }
        return new SpecReader().spec(FileErrors.read("$", file));
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
                new Habits(!noPivot.value(), !noNewKeyring.value(), true));
    }

    Path folder() {
        return path.value().toAbsolutePath().normalize();
    }
}
