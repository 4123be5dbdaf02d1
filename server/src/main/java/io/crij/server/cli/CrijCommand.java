package io.crij.server.cli;

import picocli.CommandLine.Command;

/// The root of the `crij` command line; every verb is a class of its own in this package.
@Command(
        name = "crij",
        mixinStandardHelpOptions = true,
        description = "A Kubernetes container runtime (CRI v1).",
        subcommands = {Serve.class})
public final class CrijCommand {}
