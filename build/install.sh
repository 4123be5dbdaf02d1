#!/bin/bash
# Installs the built distribution: PREFIX/lib/crij with its programs linked into PREFIX/bin, systemd units, and
# /etc/crij/crij.toml where there is none. --remove takes the programs and units away; configuration and data stay.
. "$(dirname "$0")/lib.sh"
prefix=${DESTDIR:-}${PREFIX:-/usr/local}
units=${DESTDIR:-}/etc/systemd/system
etc=${DESTDIR:-}/etc
[[ -n ${DESTDIR:-} ]] || need_root "installing" install

remove() {
    rm -rf "$prefix/lib/crij"
    rm -f "$prefix"/bin/{crij,conmon-j,oci-exec} "$units"/{crij,conmon-j}.service
    rm -f "$prefix"/share/{bash-completion/completions/crij,zsh/site-functions/_crij}
}

if [[ ${1:-} == --remove ]]; then
    [[ -n ${DESTDIR:-} ]] || ! command -v systemctl >/dev/null || systemctl disable --now crij conmon-j 2>/dev/null || true
    remove
    say "Removed. Configuration (/etc/crij) and data (/var/lib/crij) stay."
    exit 0
fi

[[ -x $dist/bin/crij ]] || "$top/build/build.sh"
remove
mkdir -p "$prefix"/{bin,lib/crij,share/bash-completion/completions,share/zsh/site-functions} "$units" "$etc"/{crij,cni/net.d}
cp -a "$dist/." "$prefix/lib/crij/"
for program in crij conmon-j oci-exec; do ln -s "../lib/crij/bin/$program" "$prefix/bin/$program"; done
cp "$dist/share/completion/crij.bash" "$prefix/share/bash-completion/completions/crij"
cp "$dist/share/completion/_crij" "$prefix/share/zsh/site-functions/_crij"
for unit in crij conmon-j; do
    sed "s|@PREFIX@|${PREFIX:-/usr/local}|g" "$dist/share/systemd/$unit.service" >"$units/$unit.service"
done
[[ -e $etc/crij/crij.toml ]] || cp "$dist/share/crij.toml" "$etc/crij/crij.toml"
[[ -e $etc/crictl.yaml ]] || cp "$dist/share/crictl.yaml" "$etc/crictl.yaml"
compgen -G "$etc/cni/net.d/*.conf*" >/dev/null || cp "$dist/share/cni/10-crij.conflist" "$etc/cni/net.d/"
start="crij serve"
[[ -d /run/systemd/system ]] && start="systemctl daemon-reload && systemctl enable --now crij"
say "Installed below $prefix. Start it with:  $start"
say "Then ask whether this node is fit:  crij check"
