#!/bin/sh
# build.sh FOLDER: compiles init.c to FOLDER/init-x86_64 and FOLDER/init-aarch64, for each architecture that this machine
# has a C compiler for. The machine's own is required.
set -eu
source=$(dirname "$0")/init.c
target=$1
own=$(uname -m)
mkdir -p "$target"

compiler() { # the C compiler for architecture $1
	if [ "$1" = "$own" ]; then echo "${CC:-cc}"; else echo "$1-linux-gnu-gcc"; fi
}

for arch in x86_64 aarch64; do
	cc=$(compiler $arch)
	out=$target/init-$arch
	if ! command -v "$cc" >/dev/null 2>&1; then
		if [ $arch = "$own" ]; then
			echo "oci-exec: no C compiler '$cc': install gcc, or set CC" >&2
			exit 1
		fi
		echo "oci-exec: no '$cc': init for $arch is left out (Debian package gcc-$(echo $arch | tr _ -)-linux-gnu)"
		continue
	fi
	[ "$out" -nt "$source" ] && [ "$out" -nt "$0" ] && continue
	"$cc" -std=c11 -Os -Wall -Wextra -Werror -Wno-sign-compare -ffreestanding -nostdlib -static -fno-pie -no-pie \
		-fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-ident \
		-Wl,--build-id=none,-z,noseparate-code,-z,noexecstack,-z,norelro,-s -o "$out" "$source"
done
