# Sourced: makes the guest's disk, an ext4 file system with what this machine's suites need: a JDK 25, the compiled
# classes and their libraries, programs with the shared libraries they need, CNI plugins, kernel modules.
# No mount is needed to make it.

# Programs taken along when this machine has them; the rest of the usual commands is busybox.
programs='bash ip iptables iptables-save iptables-restore ip6tables ip6tables-save nft runc crun youki runsc conmon docker-registry
    mount umount unshare nsenter setpriv stat setsid kmod modprobe modinfo find grep sed awk gawk mawk sort ps mkfs.ext4
    mke2fs losetup stty env printf sleep ls cat sh dash tar gzip jq strace timeout head tail cut cp mv rm mkdir chmod
    chown ln touch id true false dd sync mktemp readlink ss sysctl lsns findmnt xtables-nft-multi xtables-legacy-multi
    getfattr setfattr capsh newuidmap newgidmap umoci skopeo containerd-shim-runc-v2 hostname mkfifo mknod tr wc uname date kill pkill pgrep sha256sum cksum install ldd'

# copy_program PATH TREE: the file, what its links lead to, and its shared libraries
copy_program() {
    local file=$1 tree=$2 library
    while :; do
        mkdir -p "$tree$(dirname "$file")"
        [[ -e $tree$file ]] || cp -a "$file" "$tree$file"
        [[ -L $file ]] || break
        local next
        next=$(readlink "$file")
        [[ $next == /* ]] && file=$next || file=$(realpath -s -m "$(dirname "$file")/$next")
    done
    copy_libraries "$file" "$tree"
}

copy_libraries() {
    local file=$1 tree=$2 library
    while read -r library; do
        [[ -e $tree$library ]] && continue
        mkdir -p "$tree$(dirname "$library")"
        cp -aL "$library" "$tree$library"
    done < <(ldd "$file" 2>/dev/null | grep -oE '/[^ ]+')
}

# userland TREE: everything of this machine that does not change between runs
userland() {
    local tree=$1 name file version=$2
    mkdir -p "$tree"/{proc,sys,dev,run,tmp,etc,root,results,mnt,opt,var/lib,var/log,usr/{bin,sbin,lib,lib64,lib32,libx32}}
    chmod 1777 "$tree/tmp"
    local link
    for link in bin sbin lib lib64 lib32 libx32; do
        if [[ -L /$link ]]; then ln -s "usr/$link" "$tree/$link"; else mkdir -p "$tree/$link"; fi
    done
    cp "$(command -v busybox)" "$tree/bin/busybox"
    copy_libraries "$(command -v busybox)" "$tree"
    for name in $programs; do
        file=$(PATH=$PATH:/usr/sbin:/sbin type -P "$name") || continue
        copy_program "$file" "$tree"
    done
    for name in $("$tree/bin/busybox" --list); do
        [[ -e $tree/usr/bin/$name || -L $tree/usr/bin/$name || -e $tree/usr/sbin/$name || -L $tree/usr/sbin/$name ]] ||
            ln -s busybox "$tree/usr/bin/$name"
    done
    for file in /usr/lib/cni /opt/cni/bin; do
        [[ -d $file ]] && mkdir -p "$tree$file" && cp -a "$file/." "$tree$file/"
    done
    for file in /usr/lib/*-linux-gnu/xtables /etc/alternatives; do
        [[ -d $file ]] && mkdir -p "$tree$file" && cp -a "$file/." "$tree$file/"
    done
    for file in /usr/lib/*-linux-gnu/xtables/*.so; do [[ ! -e $file ]] || copy_libraries "$file" "$tree"; done
    for file in /usr/lib/*-linux-gnu/libnss_{files,dns}.so.2; do [[ ! -e $file ]] || copy_program "$file" "$tree"; done
    for file in /etc/{passwd,group,shadow,subuid,subgid,nsswitch.conf,protocols,services,ld.so.cache,ld.so.conf,iproute2,ssl/certs/ca-certificates.crt}; do
        [[ -e $file ]] && mkdir -p "$tree$(dirname "$file")" && cp -a "$file" "$tree$file"
    done
    printf '127.0.0.1 localhost crij-vm\n::1 localhost\n' >"$tree/etc/hosts"
    : >"$tree/etc/resolv.conf"
    ln -s /proc/self/mounts "$tree/etc/mtab"
    mkdir -p "$tree/usr/lib/modules/$version/kernel"
    cp "/lib/modules/$version"/modules.* "$tree/usr/lib/modules/$version/"
    local part
    for part in net fs lib crypto drivers/net drivers/block drivers/virtio drivers/char/hw_random arch; do
        [[ ! -d /lib/modules/$version/kernel/$part ]] || (cd "/lib/modules/$version/kernel" && cp -a --parents "$part" "$tree/usr/lib/modules/$version/kernel/")
    done
    # at the same place as here: the distribution's class cache is bound to it
    mkdir -p "$tree$JAVA_HOME/lib" "$tree/crij-vm"
    cp -a "$JAVA_HOME"/{bin,conf,release} "$tree$JAVA_HOME/"
    (cd "$JAVA_HOME/lib" && tar -c --exclude=src.zip --exclude=ct.sym --exclude='*.a' .) | tar -x -C "$tree$JAVA_HOME/lib"
    for file in "$JAVA_HOME"/lib/{,server/}*.so "$JAVA_HOME/bin/java"; do copy_libraries "$file" "$tree"; done
}

# sources TREE MODULE...: the compiled modules, their class paths and the distribution, at the paths they have here;
# the guest finds them at /crij too
sources() {
    local tree=$1 module entry
    shift
    rm -rf "$tree$top" "$tree/crij" && mkdir -p "$tree$top" "$tree/crij-vm"
    ln -s "$top" "$tree/crij"
    cp -a "$top/e2e/vm/guest/." "$tree/crij-vm/"
    for entry in "$top"/*/target/classes "$dist" "$top/build" "$top/docs" "$top/e2e/vm/guest.d"; do
        [[ ! -d $entry ]] || take "$entry" "$tree"
    done
    # an emulated processor takes long to load classes: here the server has the cache of the commands
    [[ ! -r $dist/lib/crij.aot ]] || ln -sf crij.aot "$tree$dist/lib/crij-serve.aot"
    for module in "$@"; do
        take "$top/$module/src" "$tree"
        take "$top/$module/target/test-classes" "$tree"
        tr ':' '\n' <"$top/$module/target/vm-test-classpath" | while read -r entry; do
            # a module's jar is the same as its classes
            [[ $entry != "$top"/*.jar ]] || entry=${entry%/*}/classes
            [[ $entry == "$top"/* || -e $tree$entry ]] || take "$entry" "$tree"
            printf ':%s' "$entry"
        done >"$tree/crij-vm/$module.classpath"
    done
}

# take PATH TREE: copies it to the same path in the tree
take() {
    mkdir -p "$2$(dirname "$1")"
    cp -a "$1" "$2$1"
}

# disk TREE OUTPUT SIZE: the tree as a sparse ext4 file
disk() {
    rm -f "$2"
    mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1,root_owner=0:0 -m 0 -d "$1" "$2" "$3"
}
