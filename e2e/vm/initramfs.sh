# Sourced: makes the initramfs of the guest, busybox and the modules that a virtio disk needs.
# initramfs KERNEL-VERSION OUTPUT
initramfs() {
    local version=$1 output=$2 tree module count=0
    tree=$(mktemp -d)
    mkdir -p "$tree"/{bin,modules}
    copy_program "$(command -v busybox)" "$tree"
    [[ -e $tree/bin/busybox ]] || cp "$(command -v busybox)" "$tree/bin/busybox"
    cp "$top/e2e/vm/initramfs-init" "$tree/init"
    while read -r module; do
        # numbered: loaded in this order
        count=$((count + 1))
        cp "/lib/modules/$version/$module" "$tree/modules/$(printf '%02d' "$count")-${module##*/}"
    done < <(modules_for "$version" virtio_pci virtio_blk ext4)
    # a kernel may have its modules compressed, which busybox does not load
    find "$tree/modules" -name '*.xz' -exec unxz {} + -o -name '*.zst' -exec zstd -q -d --rm {} +
    (cd "$tree" && find . -print0 | cpio --null -o -H newc --quiet) | gzip -1 >"$output"
    rm -rf "$tree"
}

# modules_for KERNEL-VERSION NAME...: their files and those they need, each after what it needs; nothing for what is
# built in. From the kernel's own list: modprobe leaves out what the running kernel has.
modules_for() {
    local version=$1
    shift
    awk -v names="$*" '
        { sub(/:$/, "", $1); name = $1; gsub(/.*\/|\.ko.*/, "", name); file[name] = $1
          needs[name] = ""; for (i = NF; i > 1; i--) needs[name] = needs[name] " " $i }
        END {
            count = split(names, wanted, " ")
            for (i = 1; i <= count; i++) {
                if (!(wanted[i] in file)) continue
                size = split(needs[wanted[i]] " " file[wanted[i]], list, " ")
                for (j = 1; j <= size; j++) if (!(list[j] in seen)) { seen[list[j]] = 1; print list[j] }
            }
        }' "/lib/modules/$version/modules.dep"
}
