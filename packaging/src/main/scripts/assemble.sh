#!/bin/bash
# assemble.sh JARS TARGET: makes the distribution out of the jars of a folder.
set -euo pipefail
jars=$1 target=$2 modern=${2%/*}/modern
source=$(cd "$(dirname "$0")/.." && pwd)

program() { # NAME MAIN-CLASS
    install -m 755 "$source/bin/launcher" "$target/bin/$1"
    printf '%s\n' "$2" >"$target/lib/$1.main"
    cp "$source/flags/$1.flags" "$target/lib/"
}

# Libraries of Java 5 times get a form that the class cache can hold.
modernize() {
    local old new
    mkdir -p "$modern"
    for old in "$jars"/{picocli,asm,simpleclient*}-[0-9]*.jar; do
        new=$modern/${old##*/}
        if ! cmp -s "$old" "$new.old"; then
            cp "$old" "$new"
            "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$source/scripts/ModernClasses.java" "$new" || {
                echo "Note: ${old##*/} stays as it is, and out of the class cache" >&2
                cp "$old" "$new"
            }
            cp "$old" "$new.old"
        fi
    done
}

# A file that changed becomes a new one: programs that run from here keep those that they have open. All have one time,
# since the class cache is bound to it.
libraries() {
    local jar
    for jar in "$target"/lib/*.jar; do
        [[ -e $jars/${jar##*/} ]] || rm -f "$jar"
    done
    for jar in "$jars"/*.jar; do
        [[ ! -e $modern/${jar##*/} ]] || jar=$modern/${jar##*/}
        cmp -s "$jar" "$target/lib/${jar##*/}" && continue
        cp "$jar" "$target/lib/new"
        touch -d '2025-09-16 UTC' "$target/lib/new"
        mv "$target/lib/new" "$target/lib/${jar##*/}"
    done
}

# The native parts lie unpacked, so that no program unpacks them into the temp folder at every start.
native() {
    local jar
    mkdir -p "$target/lib/native"
    jar=$(ls "$target"/lib/jffi-*-native.jar)
    (cd "$target/lib/native" && "$JAVA_HOME/bin/jar" xf "$jar" "jni/$(uname -m)-Linux")
    mv "$target/lib/native/jni/$(uname -m)-Linux"/* "$target/lib/native/"
    rm -rf "$target/lib/native/jni"
}

mkdir -p "$target"/{bin,lib,share}
rm -rf "$target/share" "$target/lib/native"
modernize
libraries
cp -r "$source/share" "$target/share"
cp "$source/flags/common.flags" "$target/lib/"
program crij io.crij.server.Main
cp "$source/flags"/crij-serve.* "$target/lib/"
program conmon-j io.crij.monitor.Main
program oci-exec io.crij.oci.cli.OciExec
# all that it needs: a short command does not look at the other jars
# the first one has `init`, which is looked for in this order
(cd "$target/lib" && printf '%s\n' crij-oci-exec-*.jar crij-linux-*.jar jackson-core-*.jar jffi-[0-9]*[0-9].jar picocli-*.jar) >"$target/lib/oci-exec.jars"
native
"$(dirname "$0")/class-cache.sh" "$target" crij io.crij.server.TrainingRun
"$(dirname "$0")/class-cache.sh" "$target" oci-exec io.crij.oci.cli.TrainingRun
"$(dirname "$0")/class-cache.sh" "$target" oci-exec io.crij.oci.cli.ShortTrainingRun oci-exec-short
mkdir -p "$target/share/completion"
"$target/bin/crij" completion bash >"$target/share/completion/crij.bash"
"$target/bin/crij" completion zsh >"$target/share/completion/_crij"
"$target/bin/crij" config >"$target/share/crij.toml"
