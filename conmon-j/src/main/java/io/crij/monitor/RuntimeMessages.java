package io.crij.monitor;

import io.crij.monitor.proto.Create;
import io.crij.monitor.proto.Runtime;
import io.crij.oci.command.CommandSettings;
import io.crij.shim.ShimSettings;
import java.util.Optional;

/// A container's runtime on the wire.
final class RuntimeMessages {
    private RuntimeMessages() {}

    /// Empty for the built-in one.
    static Optional<Runtime> encode(MonitoredRuntime runtime) {
        return switch (runtime) {
            case MonitoredRuntime.BuiltIn _ -> Optional.empty();
            case MonitoredRuntime.Command(CommandSettings settings) ->
                Optional.of(Runtime.newBuilder()
                        .setKind(Runtime.Kind.OCI)
                        .setPath(settings.path())
                        .setRoot(settings.root())
                        .addAllOptions(settings.options())
                        .setDialect(
                                switch (settings.dialect()) {
                                    case RUNC -> Runtime.Dialect.RUNC;
                                    case GVISOR -> Runtime.Dialect.GVISOR;
                                })
                        .setSystemdCgroup(settings.systemdCgroup())
                        .setCreateTimeoutMs(settings.createMillis())
                        .setTimeoutMs(settings.millis())
                        .build());
            case MonitoredRuntime.ShimV2(ShimSettings settings) ->
                Optional.of(Runtime.newBuilder()
                        .setKind(Runtime.Kind.SHIM_V2)
                        .setPath(settings.path())
                        .setRoot(settings.root())
                        .setShimOptions(
                                switch (settings.options()) {
                                    case RUNC -> Runtime.ShimOptions.RUNC_OPTIONS;
                                    case GENERIC -> Runtime.ShimOptions.GENERIC_OPTIONS;
                                })
                        .setShimRuntime(settings.runtime())
                        .setShimConfigPath(settings.configPath())
                        .setShimConfigType(settings.configType())
                        .setSystemdCgroup(settings.systemdCgroup())
                        .setCreateTimeoutMs(settings.createMillis())
                        .setTimeoutMs(settings.millis())
                        .build());
        };
    }

    static MonitoredRuntime decode(Create create) throws MonitorException {
        if (!create.hasRuntime()) {
            return new MonitoredRuntime.BuiltIn();
        }
        Runtime runtime = create.getRuntime();
        return switch (runtime.getKind()) {
            case OCI -> new MonitoredRuntime.Command(command(create.getHandler(), runtime));
            case SHIM_V2 -> new MonitoredRuntime.ShimV2(shim(create.getHandler(), runtime));
            case UNRECOGNIZED ->
                throw new MonitorException(
                        MonitorException.Code.UNSUPPORTED,
                        "runtime of kind " + runtime.getKindValue() + ": is the client newer than conmon-j "
                                + Version.TEXT + "?",
                        0);
        };
    }

    private static CommandSettings command(String handler, Runtime runtime) throws MonitorException {
        absolute("runtime.path", runtime.getPath());
        absolute("runtime.root", runtime.getRoot());
        return new CommandSettings(
                handler,
                runtime.getPath(),
                runtime.getRoot(),
                runtime.getOptionsList(),
                switch (runtime.getDialect()) {
                    case RUNC, UNRECOGNIZED -> CommandSettings.Dialect.RUNC;
                    case GVISOR -> CommandSettings.Dialect.GVISOR;
                },
                runtime.getSystemdCgroup(),
                runtime.getCreateTimeoutMs(),
                runtime.getTimeoutMs());
    }

    private static ShimSettings shim(String handler, Runtime runtime) throws MonitorException {
        absolute("runtime.path", runtime.getPath());
        absolute("runtime.root", runtime.getRoot());
        return new ShimSettings(
                handler,
                runtime.getPath(),
                runtime.getRoot(),
                switch (runtime.getShimOptions()) {
                    case GENERIC_OPTIONS, UNRECOGNIZED -> ShimSettings.Options.GENERIC;
                    case RUNC_OPTIONS -> ShimSettings.Options.RUNC;
                },
                runtime.getShimRuntime(),
                runtime.getShimConfigPath(),
                runtime.getShimConfigType(),
                runtime.getSystemdCgroup(),
                runtime.getCreateTimeoutMs(),
                runtime.getTimeoutMs());
    }

    private static void absolute(String field, String path) throws MonitorException {
        if (!path.startsWith("/")) {
            throw new MonitorException(MonitorException.Code.INVALID, field + " \"" + path + "\" must be absolute", 0);
        }
    }
}
