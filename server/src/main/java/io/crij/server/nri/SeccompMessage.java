package io.crij.server.nri;

import io.crij.oci.spec.Seccomp;
import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.LinuxSeccomp;
import io.crij.server.nri.proto.LinuxSeccompArg;
import io.crij.server.nri.proto.LinuxSyscall;
import io.crij.server.nri.proto.OptionalUInt32;
import java.util.ArrayList;
import java.util.List;

/// A system call filter between NRI's words and those of runtime-spec, which are nearly the same.
final class SeccompMessage {
    private SeccompMessage() {}

    static LinuxSeccomp of(Seccomp filter) {
        var message = LinuxSeccomp.newBuilder()
                .setDefaultAction(filter.defaultAction().name())
                .addAllArchitectures(names(filter.architectures()))
                .addAllFlags(names(filter.flags()));
        Optionals.ifPresent(filter.defaultErrnoRet(), errno -> message.setDefaultErrno(u32(errno)));
        Optionals.ifPresent(filter.listenerPath(), message::setListenerPath);
        Optionals.ifPresent(filter.listenerMetadata(), message::setListenerMetadata);
        for (var rule : filter.syscalls()) {
            var syscall = LinuxSyscall.newBuilder()
                    .addAllNames(rule.names())
                    .setAction(rule.action().name());
            Optionals.ifPresent(rule.errnoRet(), errno -> syscall.setErrnoRet(u32(errno)));
            for (var arg : rule.args()) {
                syscall.addArgs(LinuxSeccompArg.newBuilder()
                        .setIndex(arg.index())
                        .setValue(arg.value())
                        .setValueTwo(arg.valueTwo())
                        .setOp(arg.op().name()));
            }
            message.addSyscalls(syscall);
        }
        return message.build();
    }

    /// @param by the plugin, for messages
    static Seccomp filter(LinuxSeccomp message, String by) throws SandboxException.Refused {
        var rules = new ArrayList<Seccomp.Rule>();
        for (var syscall : message.getSyscallsList()) {
            var args = new ArrayList<Seccomp.Arg>();
            for (var arg : syscall.getArgsList()) {
                args.add(new Seccomp.Arg(
                        arg.getIndex(), arg.getValue(), arg.getValueTwo(), word(Seccomp.Op.class, arg.getOp(), by)));
            }
            rules.add(new Seccomp.Rule(
                    syscall.getNamesList(),
                    word(Seccomp.Action.class, syscall.getAction(), by),
                    syscall.hasErrnoRet() ? (Integer) syscall.getErrnoRet().getValue() : null,
                    args));
        }
        return new Seccomp(
                word(Seccomp.Action.class, message.getDefaultAction(), by),
                message.hasDefaultErrno() ? (Integer) message.getDefaultErrno().getValue() : null,
                words(Seccomp.Arch.class, message.getArchitecturesList(), by),
                words(Seccomp.Flag.class, message.getFlagsList(), by),
                message.getListenerPath().isEmpty() ? null : message.getListenerPath(),
                message.getListenerMetadata().isEmpty() ? null : message.getListenerMetadata(),
                rules);
    }

    private static <E extends Enum<E>> List<E> words(Class<E> type, List<String> texts, String by)
            throws SandboxException.Refused {
        var words = new ArrayList<E>();
        for (var text : texts) {
            words.add(word(type, text, by));
        }
        return words;
    }

    private static <E extends Enum<E>> E word(Class<E> type, String text, String by) throws SandboxException.Refused {
        try {
            return Enum.valueOf(type, text);
        } catch (IllegalArgumentException e) {
            throw new SandboxException.Refused("NRI plugin " + by + " wants a seccomp filter with \"" + text
                    + "\", which is no such word of the OCI runtime specification");
        }
    }

    private static List<String> names(List<? extends Enum<?>> words) {
        return words.stream().map(Enum::name).toList();
    }

    private static OptionalUInt32 u32(int value) {
        return OptionalUInt32.newBuilder().setValue(value).build();
    }
}
