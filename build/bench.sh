#!/bin/bash
# bench.sh [PART...]: measures against the packaged peers and writes docs/performance.md. Parts: verbs command pods handlers
# lists logs pull memory.
. "$(dirname "$0")/lib.sh"
need_root "the benchmarks" bench
"$top/build/deps.sh" bench
"$top/build/build.sh"
need_jdk
classpath=$(printf '%s:' "$top"/e2e/target/classes "$dist"/lib/*.jar "$top"/e2e/target/lib/*.jar)

# Nodes have their runtime state on a tmpfs: where /run is none, this benchmark sees one there.
node_like() {
    if [[ $(stat -f -c %T /run) == tmpfs ]]; then
        "$@"
    else
        unshare --mount --propagation private sh -c 'mount -t tmpfs -o mode=755 tmpfs /run && exec "$@"' sh "$@"
    fi
}

cd "$top/e2e"
# the client is a C1 process too, as it must not take the two cores from the servers for long
node_like "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -cp "$classpath" io.crij.e2e.bench.Bench "$top/docs/performance.md" "$@"
