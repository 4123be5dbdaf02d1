package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.*;

import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.List;
import java.util.Map;

/// Kernel parameters of the container's own namespaces, written through a proc file system that is made for it and
/// mounted nowhere: no mount or link of the container can lead a write elsewhere (CVE-2025-52881). That they are the
/// container's own has been checked by [io.crij.oci.spec.SpecValidator].
final class Sysctls {
    private final Setup setup;

    Sysctls(Setup setup) {
        this.setup = setup;
    }

    void write() throws InvalidSpec {
        Map<String, String> sysctls = setup.linux.sysctl();
        if (sysctls.isEmpty()) {
            return;
        }
        Register proc = setup.p.register("proc");
        Register file = setup.p.register("sysctl");
        new FileSystem(setup.steps).make("proc", "for settings", "proc", List.of(), 0, 0, proc);
        sysctls.forEach((key, value) -> {
            String about = "set linux.sysctl " + key + " to " + value;
            long resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
            setup.steps.open(about, proc, "sys/" + path(key), O_WRONLY, 0, resolve, file);
            setup.steps.put(about, file, value);
            setup.steps.close(file);
        });
        setup.steps.close(proc);
    }

    /// Whichever of `.` and `/` comes first separates, and the other stands for it: `net/ipv4/conf/eth0.1/mtu` and
    /// `net.ipv4.conf.eth0/1.mtu` are the same.
    private static String path(String key) {
        int dot = key.indexOf('.');
        int slash = key.indexOf('/');
        if (slash >= 0 && (dot < 0 || slash < dot)) {
            return key;
        }
        return key.replace('/', '\0').replace('.', '/').replace('\0', '.');
    }
}
