#!/bin/bash
# assemble.sh TARGET: makes the distribution out of the jars that are in TARGET/lib already.
set -euo pipefail
target=$1
source=$(cd "$(dirname "$0")/.." && pwd)

program() { # NAME MAIN-CLASS
    install -m 755 "$source/bin/launcher" "$target/bin/$1"
    printf '%s\n' "$2" >"$target/lib/$1.main"
    cp "$source/flags/$1.flags" "$target/lib/"
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
rm -rf "$target/share" "$target/lib/native" "$target/lib/crij.aot"
cp -r "$source/share" "$target/share"
cp "$source/flags/common.flags" "$target/lib/"
program crij io.crij.server.Main
program conmon-j io.crij.monitor.Main
program oci-exec io.crij.oci.cli.OciExec
native
mkdir -p "$target/share/completion"
"$target/bin/crij" completion bash >"$target/share/completion/crij.bash"
"$target/bin/crij" completion zsh >"$target/share/completion/_crij"
"$target/bin/crij" config >"$target/share/crij.toml"
