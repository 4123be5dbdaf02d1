# Sourced by run.sh and stop.sh: the instance that `make run` starts. Its facts are kept in target/run/instance.
run=$top/target/run
instance=$run/instance

answers() { [[ -S $1 ]] && "$dist/bin/crij" version --endpoint "$1" >/dev/null 2>&1; }

alive() { [[ -n ${1:-} && -d /proc/$1 && $(tr '\0' ' ' </proc/"$1"/cmdline) == *"$top"* ]]; }

# Ends a process of this instance and waits for it, at most ten seconds.
end() {
    alive "${1:-}" || return 0
    kill "$1"
    for _ in {1..100}; do alive "$1" || return 0; sleep 0.1; done
    kill -9 "$1"
}

# The standard folders, or ones of its own when another instance has those.
choose_folders() {
    state=/run/crij data=/var/lib/crij
    if [[ -S $state/crij.sock || -S $state/conmon.sock ]]; then
        state=/run/crij-$(cksum <<<"$top" | cut -d' ' -f1) data=${state/\/run/\/var\/lib}
        say "Another crij uses /run/crij: this one gets $state and $data."
    fi
    made_data=$([[ -e $data ]] && echo no || echo yes)
}

# A bridge network for pods, unless the node has a network already. Takes the first subnet that has no route.
choose_network() {
    network=/etc/cni/net.d bridge=
    compgen -G "$network/*.conf*" >/dev/null && return
    local second
    for second in {85..95}; do ip route show | grep -q "^10\.$second\." || break; done
    network=$run/cni bridge=crij$(cksum <<<"$top$state" | cut -c1-4)
    mkdir -p "$network"
    sed "s|10\.85\.0\.0|10.$second.0.0|; s|crij0|$bridge|; s|\"type\": \"host-local\",|&\n        \"dataDir\": \"${data}/cni\",|" \
        "$dist/share/cni/10-crij.conflist" >"$network/10-crij.conflist"
}

write_configuration() {
    cat >"$run/crij.toml" <<END
[server]
socket = "$state/crij.sock"
state = "$state"
data = "$data"
[network]
config_dir = "$network"
END
}

remember() {
    declare -p state data made_data network bridge >"$instance"
    printf 'conmon_pid=%s\ncrij_pid=%s\n' "${conmon_pid:-}" "${crij_pid:-}" >>"$instance"
}
