package io.crij.oci.cgroup;

import java.util.Map;

/// What has to be written to a file so that it says again what it said.
final class OldValue {
    /// Files with one line per device or network device, and the value of one that is not listed.
    private static final Map<String, String> KEYED = Map.ofEntries(
            Map.entry("io.max", "rbps=max wbps=max riops=max wiops=max"),
            Map.entry("io.weight", "default"),
            Map.entry("io.bfq.weight", "default"),
            Map.entry("rdma.max", "hca_handle=max hca_object=max"),
            Map.entry("net_prio.ifpriomap", "0"),
            Map.entry("blkio.weight_device", "0"),
            Map.entry("blkio.leaf_weight_device", "0"),
            Map.entry("blkio.bfq.weight_device", "0"),
            Map.entry("blkio.throttle.read_bps_device", "0"),
            Map.entry("blkio.throttle.write_bps_device", "0"),
            Map.entry("blkio.throttle.read_iops_device", "0"),
            Map.entry("blkio.throttle.write_iops_device", "0"));

    private OldValue() {}

    /// @param file name of the file
    /// @param written what is about to be written
    /// @param now content of the file without white space around it
    static String of(String file, String written, String now) {
        if (file.equals("memory.oom_control")) {
            return now.lines()
                    .filter(line -> line.startsWith("oom_kill_disable "))
                    .map(line -> line.substring(line.indexOf(' ') + 1))
                    .findFirst()
                    .orElse("0");
        }
        if (KEYED.containsKey(file)) {
            String key = written.split(" ", 2)[0] + " ";
            return now.lines().filter(line -> line.startsWith(key)).findFirst().orElse(key + KEYED.get(file));
        }
        // to write nothing at all would be no write
        return now.isEmpty() ? "\n" : now;
    }
}
