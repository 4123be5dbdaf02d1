package io.crij.server.stats;

import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.sandbox.ContainerRecord;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Reads and writes by block device.
final class IoMetrics implements MetricSource {
    private static final Family READ_BYTES =
            Family.counter("container_fs_reads_bytes_total", "Cumulative count of bytes read.", "device");
    private static final Family READS =
            Family.counter("container_fs_reads_total", "Cumulative count of reads completed.", "device");
    private static final Family WRITE_BYTES =
            Family.counter("container_fs_writes_bytes_total", "Cumulative count of bytes written.", "device");
    private static final Family WRITES =
            Family.counter("container_fs_writes_total", "Cumulative count of writes completed.", "device");
    private static final Family DEVICE = Family.counter(
            "container_blkio_device_usage_total", "Blkio device bytes usage.", "device", "major", "minor", "operation");

    private static final int LONGEST_NUMBER = 18;

    private final Map<String, String> names = new ConcurrentHashMap<>();

    @Override
    public List<Family> families() {
        return List.of(READ_BYTES, READS, WRITE_BYTES, WRITES, DEVICE);
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException {
        if (facts.v2()) {
            facts.v2("io.stat").toString().lines().forEach(line -> v2(sink, line.split(" ")));
        } else {
            recursive(facts, "blkio.throttle.io_service_bytes")
                    .lines()
                    .forEach(line -> v1(sink, line.split(" "), true));
            recursive(facts, "blkio.throttle.io_serviced").lines().forEach(line -> v1(sink, line.split(" "), false));
        }
    }

    private static String recursive(CgroupFacts facts, String file) throws ErrnoException {
        var text = facts.v1("blkio", file + "_recursive");
        return (text.isEmpty() ? facts.v1("blkio", file) : text).toString();
    }

    /// `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`
    private void v2(MetricSink sink, String[] fields) {
        for (int i = 1; i < fields.length; i++) {
            int equals = fields[i].indexOf('=');
            long value = equals < 0 ? FileText.NONE : number(fields[i].substring(equals + 1));
            switch (equals < 0 ? "" : fields[i].substring(0, equals)) {
                case "rbytes" -> bytes(sink, READ_BYTES, fields[0], "Read", value);
                case "wbytes" -> bytes(sink, WRITE_BYTES, fields[0], "Write", value);
                case "rios" -> sink.add(READS, value, name(fields[0]));
                case "wios" -> sink.add(WRITES, value, name(fields[0]));
                default -> {
                    // discards, and what later kernels add
                }
            }
        }
    }

    /// `8:0 Read 123`, and at the end `Total 123`
    private void v1(MetricSink sink, String[] fields, boolean bytes) {
        if (fields.length != 3) {
            return;
        }
        long value = number(fields[2]);
        switch (fields[1].toLowerCase(Locale.ROOT)) {
            case "read" -> {
                if (bytes) {
                    bytes(sink, READ_BYTES, fields[0], "Read", value);
                } else {
                    sink.add(READS, value, name(fields[0]));
                }
            }
            case "write" -> {
                if (bytes) {
                    bytes(sink, WRITE_BYTES, fields[0], "Write", value);
                } else {
                    sink.add(WRITES, value, name(fields[0]));
                }
            }
            default -> {
                // sums of these, and discards
            }
        }
    }

    private void bytes(MetricSink sink, Family family, String device, String operation, long value) {
        sink.add(family, value, name(device));
        int colon = device.indexOf(':');
        sink.add(
                DEVICE,
                value,
                name(device),
                device.substring(0, Math.max(0, colon)),
                device.substring(colon + 1),
                operation);
    }

    private static long number(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NUMBER) {
            return FileText.NONE;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return FileText.NONE;
            }
        }
        return Long.parseLong(text);
    }

    /// Of a device `8:0`.
    private String name(String device) {
        return names.computeIfAbsent(device, numbers -> {
            try {
                var target = At.readlink(Fd.CWD, "/sys/dev/block/" + numbers);
                return "/dev/" + target.substring(target.lastIndexOf('/') + 1).replace('!', '/');
            } catch (ErrnoException e) {
                return numbers;
            }
        });
    }
}
