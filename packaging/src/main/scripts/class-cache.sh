#!/bin/bash
# class-cache.sh DISTRIBUTION: makes lib/crij.aot, the class cache of all programs, by one training run; see
# docs/decisions/001. It is kept while jars, flags and JDK are the same. Without one everything works, slower: so a
# training that fails is a note, no error.
set -euo pipefail
home=$1
build=$(cd "$(dirname "$0")/../../../../build" && pwd)
cache=$home/lib/crij.aot
stamp=${home%/*}/class-cache.stamp
log=${home%/*}/class-cache.log

fresh=$(cat "$home"/lib/{*.jar,*.flags} "$JAVA_HOME/release" "$0" | sha256sum)
if [[ -r $cache && $(cat "$stamp" 2>/dev/null) == "$fresh" ]]; then exit 0; fi

work=$(mktemp -d /tmp/crij-training-XXXXXX)
# Of a training that was cut off, processes, cgroups and mounts may be there too.
cleanup() {
    local groups mount
    groups=$(find /sys/fs/cgroup -depth -type d -path "*/${work##*/}*" 2>/dev/null || true)
    for group in $groups; do xargs -r kill -9 <"$group/cgroup.procs" 2>/dev/null || true; done
    for group in $groups; do rmdir "$group" 2>/dev/null || { sleep 0.2 && rmdir "$group"; } 2>/dev/null || true; done
    awk -v in_work="$work/" 'index($5, in_work) == 1 { print $5 }' /proc/self/mountinfo |
        while read -r mount; do umount -l "$mount"; done
    rm -rf "$work"
    rm -f "$home"/lib/training.* "$home/bin/training"
}
trap cleanup EXIT

note() {
    printf 'Note: no class cache was made (%s). The programs work, and start slower. See %s\n' "$1" "$log" >&2
    exit 0
}

rm -f "$cache" "$stamp"
"$build/first-image.sh" "$work/image.tar" >"$log" 2>&1 || note "there is no image to train with"
# started as the programs are, by their launcher
install -m 755 "$home/bin/crij" "$home/bin/training"
cp "$home/lib/crij.flags" "$home/lib/training.flags"
printf 'io.crij.server.TrainingRun\n' >"$home/lib/training.main"
code=0
CRIJ_JAVA_HOME=$JAVA_HOME CRIJ_JAVA_OPTIONS="-XX:AOTCacheOutput=$work/crij.aot -XX:-AOTClassLinking" \
    timeout -k 5 120 "$home/bin/training" "$work" "$work/image.tar" >>"$log" 2>&1 </dev/null || code=$?
cat "$work/steps" >>"$log" 2>/dev/null || true
[[ -s $work/crij.aot ]] || note "the training run ended with code $code"
mv "$work/crij.aot" "$cache"
printf '%s' "$fresh" >"$stamp"
