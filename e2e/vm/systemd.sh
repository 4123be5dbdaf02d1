# Sourced: what a guest needs whose first process is systemd: this machine's systemd and dbus-daemon with their units,
# programs and libraries, as their packages list them (Debian and its kin).
systemd_packages='systemd dbus dbus-daemon dbus-bin dbus-system-bus-common dbus-session-bus-common'

# systemd_userland TREE
systemd_userland() {
    local tree=$1 package file
    for package in $systemd_packages; do
        dpkg -L "$package" 2>/dev/null
    done | grep -vE '^/usr/share/(man|doc|locale|zsh|bash-completion|lintian|polkit-1)/' | sort -u |
        while read -r file; do
            [[ -f $file || -L $file ]] || continue
            mkdir -p "$tree$(dirname "$file")"
            # what busybox or another program has put there makes way
            rm -f "$tree$file"
            cp -a "$file" "$tree$file"
            [[ -L $file || ! -x $file ]] || copy_libraries "$file" "$tree"
        done
    # programs and plugins that are no executables of their own
    for file in /usr/lib/*-linux-gnu/systemd/*.so /lib/*-linux-gnu/systemd/*.so; do
        [[ ! -e $file ]] || { mkdir -p "$tree$(dirname "$file")" && cp -a "$file" "$tree$file" && copy_libraries "$file" "$tree"; }
    done
    cp -a /etc/os-release "$tree/etc/" 2>/dev/null || cp -aL /usr/lib/os-release "$tree/etc/os-release"
    printf '0123456789abcdef0123456789abcdef\n' >"$tree/etc/machine-id"
    printf 'crij-vm\n' >"$tree/etc/hostname"
    # nobody logs in here, and there is no time to lose: what belongs to that does not start
    for file in systemd-logind systemd-firstboot systemd-sysusers systemd-networkd systemd-resolved systemd-timesyncd \
        systemd-update-utmp systemd-update-utmp-runlevel systemd-user-sessions systemd-machine-id-commit \
        systemd-random-seed systemd-repart systemd-pcrphase systemd-pcrphase-sysinit systemd-binfmt systemd-journal-flush; do
        mkdir -p "$tree/etc/systemd/system"
        ln -sf /dev/null "$tree/etc/systemd/system/$file.service"
    done
    mkdir -p "$tree/etc/systemd/system/crij-vm.target.wants"
    cp "$top/e2e/vm/guest/crij-vm.target" "$top/e2e/vm/guest/crij-vm.service" "$tree/etc/systemd/system/"
    ln -sf ../crij-vm.service "$tree/etc/systemd/system/crij-vm.target.wants/crij-vm.service"
    ln -sf crij-vm.target "$tree/etc/systemd/system/default.target"
}
