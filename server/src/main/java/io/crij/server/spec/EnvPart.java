package io.crij.server.spec;

import com.google.protobuf.ByteString;
import io.crij.linux.KernelString;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.util.LinkedHashMap;
import java.util.Map;

/// The environment: configuration, then HOSTNAME and TERM, then the image, then the request; later ones win.
final class EnvPart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        var env = new LinkedHashMap<String, String>();
        wanted.settings().containers().env().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> env.put(entry.getKey(), entry.getValue()));
        env.put("HOSTNAME", wanted.pod().hostname());
        if (wanted.config().getTty()) {
            env.put("TERM", "xterm");
        }
        for (var assignment : wanted.image().config().env()) {
            int equals = assignment.indexOf('=');
            env.put(
                    equals < 0 ? assignment : assignment.substring(0, equals),
                    equals < 0 ? "" : assignment.substring(equals + 1));
        }
        for (var variable : wanted.config().getEnvsList()) {
            env.put(name(variable.getKey()), value(variable.getKey(), variable.getValue()));
        }
        env.computeIfAbsent("HOME", _ -> home(wanted.user()));
        var lines = env.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
        return spec.with(s -> s.process = Processes.of(s.process).with(p -> p.env = lines));
    }

    private static String home(ProcessUser user) {
        // a line break would add entries to files that programs write from it
        boolean usable = !user.home().isEmpty() && user.home().chars().noneMatch(c -> c == '\n' || c == '\r');
        return usable ? user.home() : user.uid() == 0 ? "/root" : "/";
    }

    private static String name(String name) throws SandboxException {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            throw new SandboxException.Invalid("config.envs", name, "not the name of an environment variable");
        }
        return name;
    }

    private static String value(String name, ByteString value) throws SandboxException {
        // values need not be UTF-8
        var text = KernelString.decode(value.toByteArray());
        if (text.indexOf('\0') >= 0) {
            throw new SandboxException.Invalid("config.envs", name, "the value has a zero byte");
        }
        return text;
    }
}
