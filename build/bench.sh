#!/bin/bash
# bench.sh [PART...]: measures against the packaged peers and writes docs/performance.md. Parts: pods pull memory.
. "$(dirname "$0")/lib.sh"
need_root "the benchmarks" bench
"$top/build/deps.sh" bench
"$top/build/build.sh"
need_jdk
classpath=$(printf '%s:' "$top"/e2e/target/classes "$dist"/lib/*.jar)
cd "$top/e2e"
"$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$classpath" io.crij.e2e.bench.Bench "$top/docs/performance.md" "$@"
