#!/bin/bash
# Installs what is missing through the distribution's packages.
#   deps.sh run    to build and run
#   deps.sh test   also for every test
#   deps.sh bench  also the peers that `make bench` measures against
. "$(dirname "$0")/lib.sh"

# One "file-that-must-be-there package" per line; a pattern may match several places.
run_needs='
/usr/bin/mvn                             maven
/usr/bin/cc                              gcc
/usr/include/linux/types.h               linux-libc-dev
/usr/lib/cni/bridge                      containernetworking-plugins
/usr/sbin/iptables                       iptables
/{usr/,}{s,}bin/ip                       iproute2
/usr/bin/busybox                         busybox-static
/etc/ssl/certs/ca-certificates.crt       ca-certificates'
test_needs='
/usr/bin/docker-registry                 docker-registry
/usr/{s,}bin/runc                        runc
/usr/bin/crun                            crun
/usr/bin/runsc                           runsc
/usr/bin/containerd-shim-runc-v2          containerd
/usr/bin/aarch64-linux-gnu-gcc           gcc-aarch64-linux-gnu
/usr/bin/qemu-aarch64-static             qemu-user-static
/usr/bin/qemu-system-x86_64              qemu-system-x86
/usr/bin/cpio                            cpio
/{usr/,}sbin/mke2fs                      e2fsprogs
/{usr/,}{s,}bin/modprobe                 kmod
/usr/bin/zstd                            zstd
/usr/bin/newuidmap                       uidmap
/{usr/,}lib/systemd/systemd              systemd
/usr/bin/dbus-daemon                     dbus'
bench_needs='
/usr/bin/containerd                      containerd
/usr/bin/conmon                          conmon'

present() {
    local place
    for place in $(eval "printf '%s\n' $1"); do [[ -e $place ]] && return 0; done
    return 1
}

missing() {
    local file package
    while read -r file package; do
        [[ -z $file ]] || present "$file" || printf '%s\n' "$package"
    done <<<"$1"
}

available() { apt-cache show "$1" >/dev/null 2>&1; }

# Packages that bring a daemon must not start it: cri-j's tests start their own.
without_daemons() {
    local policy=/usr/sbin/policy-rc.d
    [[ -e $policy ]] && { "$@"; return; }
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    "$@"
}

install_packages() {
    DEBIAN_FRONTEND=noninteractive without_daemons apt-get -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends "$@"
}

needs=$run_needs
[[ ${1:-run} == run ]] || needs+=$test_needs
[[ ${1:-run} != bench ]] || needs+=$bench_needs
wanted=$(missing "$needs")
find_jdk || wanted+=$'\n'jdk
# The VM test boots the distribution's own kernel, whichever there is with modules.
if [[ ${1:-run} != run ]] && ! compgen -G '/boot/vmlinuz-*' >/dev/null; then wanted+=$'\n'kernel; fi
wanted=$(xargs <<<"$wanted")
[[ -n $wanted ]] || exit 0

say "Missing on this machine: $wanted"
command -v apt-get >/dev/null || die "this machine has no apt-get, so nothing can be installed for you" \
    "Install these with its own package tool, then try again: $wanted"
need_root "installing packages"
step "read the package lists" apt-get update -q ||
    say "The package lists could not be read; going on with those that are there."

packages=()
for name in $wanted; do
    choices=$name
    [[ $name == jdk ]] && choices="openjdk-25-jdk-headless temurin-25-jdk"
    [[ $name == kernel ]] && choices="linux-image-cloud-amd64 linux-image-virtual linux-image-cloud-arm64"
    found=
    for choice in $choices; do available "$choice" && { found=$choice; break; }; done
    if [[ -n $found ]]; then
        packages+=("$found")
    elif [[ $name == jdk ]]; then
        die "this distribution's package lists have no JDK 25 (looked for: $choices)" \
            "Unpack a JDK 25 to /usr/lib/jvm/jdk-25 (any vendor; Eclipse Temurin also has a package repository)," \
            "then run the same command again."
    elif [[ $run_needs == *" $name"* ]]; then
        die "the package lists have no package $name" "Enable the distribution's full archive (Ubuntu: universe)."
    else
        say "No package $name here: the tests that need it will be skipped, and listed."
    fi
done
step "install ${#packages[@]} packages" install_packages "${packages[@]}" ||
    die "the packages could not be installed" "Read the lines above, mend that, and run the same command again."
