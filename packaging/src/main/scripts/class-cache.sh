#!/bin/bash
# class-cache.sh DISTRIBUTION PROGRAM CLASS [CACHE]: makes lib/CACHE.aot (lib/PROGRAM.aot), a class cache of a program,
# by one training run, which is what CLASS does; see docs/decisions/001. It is kept while jars, flags and JDK are the
# same. Without one everything works, slower: so a training that fails is a note, no error.
set -euo pipefail
home=$1 program=$2 training=$3 name=${4:-$2}
build=$(cd "$(dirname "$0")/../../../../build" && pwd)
cache=$home/lib/$name.aot
stamp=${home%/*}/class-cache.$name.stamp
log=${home%/*}/class-cache.$name.log

fresh=$(cat "$home"/lib/{*.jar,*.jars,*.flags} "$JAVA_HOME/release" "$0" | sha256sum)
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
mkdir "$work/rootfs"
tar -xOf "$work/image.tar" layer.tar | tar -xC "$work/rootfs"
# What the verbs that do little are trained with comes from another process: to make it is not for their cache.
if [[ $name == oci-exec-short ]]; then
    "$home/bin/oci-exec" spec --bundle "$work" >>"$log" 2>&1 || true
    sed -i 's/"terminal" *: *true/"terminal": false/; s/"sh"/"sleep", "1000"/' "$work/config.json" || true
    "$home/bin/oci-exec" --root "$work/state" create --bundle "$work" "${work##*/}" >>"$log" 2>&1 </dev/null || true
fi
# started as the programs are, by their launcher
install -m 755 "$home/bin/$program" "$home/bin/training"
cp "$home/lib/$program.flags" "$home/lib/training.flags"
[[ ! -r $home/lib/$program.jars ]] || cp "$home/lib/$program.jars" "$home/lib/training.jars"
printf '%s\n' "$training" >"$home/lib/training.main"
# classes that are linked ahead of time cost a program that stays memory; one that ends at once starts sooner with them
linked=-XX:-AOTClassLinking
[[ $program == crij ]] || linked=-XX:+AOTClassLinking
code=0
CRIJ_JAVA_HOME=$JAVA_HOME CRIJ_JAVA_OPTIONS="-XX:AOTCacheOutput=$work/cache $linked" \
    timeout -k 5 120 "$home/bin/training" "$work" "$work/image.tar" >>"$log" 2>&1 </dev/null || code=$?
cat "$work/steps" >>"$log" 2>/dev/null || true
[[ -s $work/cache ]] || note "the training run ended with code $code"
mv "$work/cache" "$cache"
printf '%s' "$fresh" >"$stamp"
