#!/bin/bash
# Packs the built distribution as packaging/target/crij-VERSION-ARCH.tar.gz.
. "$(dirname "$0")/lib.sh"
"$top/build/build.sh"
version=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' "$top/pom.xml" | head -n 1)
file=$top/packaging/target/crij-$version-$(uname -m).tar.gz
step "pack" tar -C "$top/packaging/target" --owner=0 --group=0 --sort=name -czf "$file" crij
say "Packed: ${file#"$top"/}"
