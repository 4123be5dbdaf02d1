#!/bin/bash
# first-image.sh FILE: makes the image localhost/busybox as a `docker save` archive out of the busybox of this
# machine, without any network.
. "$(dirname "$0")/lib.sh"
archive=$1
busybox=$(command -v busybox) || die "there is no busybox on this machine" "Run \`make deps\` as root."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

root=$work/root
mkdir -p "$root"/{bin,etc,tmp,root}
chmod 1777 "$root/tmp"
cp "$busybox" "$root/bin/busybox"
# the libraries of one that is not static
for library in $(ldd "$busybox" 2>/dev/null | grep -oE '/[^ ]+'); do install -D "$library" "$root$library"; done
for applet in $("$busybox" --list); do [[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"; done
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"

tar -C "$root" --owner=0 --group=0 --mtime=@0 --sort=name -cf "$work/layer.tar" .
layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
architecture=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$architecture" "$layer" >"$work/config"
config=$(sha256sum "$work/config" | cut -d' ' -f1)
mv "$work/config" "$work/$config.json"
printf '[{"Config":"%s.json","RepoTags":["localhost/busybox:latest"],"Layers":["layer.tar"]}]' "$config" >"$work/manifest.json"
tar -C "$work" -cf "$archive" manifest.json "$config.json" layer.tar
