# Sourced by run.sh and stop.sh: the instance that `make run` starts. Its facts are kept in target/run/instance.
run=$top/target/run
instance=$run/instance

answers() { [[ -S $1 ]] && "$dist/bin/crij" version --endpoint "$1" >/dev/null 2>&1; }

alive() { [[ -n ${1:-} && -d /proc/$1 && $(tr '\0' ' ' 2>/dev/null </proc/"$1"/cmdline) == *"$top"* ]]; }

# a program listens on a socket in this folder; left-over files of sockets are not in that list
taken() { grep -qF " $1/" /proc/net/unix; }

# a server listens on this instance's socket, which it has bound as crij.sock.n and renamed; one that was killed a moment
# ago has it a little longer
served() {
    for _ in {1..20}; do grep -qE " $state/crij\.sock(\.n)?\$" /proc/net/unix || return 1; sleep 0.1; done
}

# To be asked when ours is not alive: the socket, the pods and the folders are in use by the other one.
refuse_other_server() {
    ! served || die "another crij serves at $state/crij.sock, not the one of make run; its folders are kept" \
        "End that one and try again; which it is: ss -xlp | grep $state/crij.sock"
}

# Ends a process of this instance and waits for it, at most ten seconds.
end() {
    alive "${1:-}" || return 0
    kill "$1" 2>/dev/null || return 0
    for _ in {1..100}; do alive "$1" || return 0; sleep 0.1; done
    kill -9 "$1"
}

# Ends the monitor of this instance, also one that crij started when ours had died.
end_monitors() {
    local process words
    end "$conmon_pid"
    for process in /proc/[0-9]*; do
        words=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
        [[ $words == *io.crij.monitor.Main*" --state $state "* ]] || continue
        end "${process#/proc/}"
    done
}

# The standard folders, or ones of its own when another instance has those.
choose_folders() {
    state=/run/crij data=/var/lib/crij
    if taken "$state"; then
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
[nri]
socket = "$state/nri.sock"
END
}

remember() {
    declare -p state data made_data network bridge >"$instance"
    printf 'conmon_pid=%s\ncrij_pid=%s\n' "${conmon_pid:-}" "${crij_pid:-}" >>"$instance"
}

# The unit of a program of this instance, where systemd keeps units.
unit_of() { printf 'crij-run-%s-%s' "$(cksum <<<"$top" | cut -d' ' -f1)" "$1"; }

has_systemd() { [[ -d /run/systemd/system ]] && command -v systemd-run >/dev/null; }

# A unit as the installed ones: what a terminal's session or another unit ends with does not take it along, its cgroup is
# delegated, and only its main process is ended with it.
start_unit() {
    local name=$1 log=$2 unit
    shift 2
    unit=$(unit_of "$name")
    systemctl reset-failed "$unit.service" 2>/dev/null || true
    systemd-run --quiet --collect --unit="$unit" --service-type=exec --description="cri-j of $top: $name" \
        -p Delegate=yes -p KillMode=process -p OOMPolicy=continue -p TasksMax=infinity -p LimitNOFILE=1048576 \
        -p "StandardOutput=append:$log" -p "StandardError=append:$log" "--setenv=PATH=$PATH" \
        ${CRIJ_JAVA_HOME:+"--setenv=CRIJ_JAVA_HOME=$CRIJ_JAVA_HOME"} \
        ${CRIJ_JAVA_OPTIONS:+"--setenv=CRIJ_JAVA_OPTIONS=$CRIJ_JAVA_OPTIONS"} -- "$@" ||
        die "systemd did not start the unit $unit for $name" "See: systemctl status $unit"
    systemctl show --value -p MainPID "$unit.service"
}

# start NAME SOCKET COMMAND...: in a unit or a session of its own, so that Ctrl-C here does not end it.
start() {
    local name=$1 socket=$2 log=$run/$1.log pid
    shift 2
    if has_systemd; then
        pid=$(start_unit "$name" "$log" "$@")
    else
        setsid "$@" >>"$log" 2>&1 </dev/null &
        pid=$!
    fi
    for _ in {1..300}; do
        [[ -S $socket ]] && { started=$pid; return; }
        [[ -d /proc/$pid ]] || break
        sleep 0.1
    done
    tail -n 20 "$log" | sed 's/^/    /' >&2
    die "$name did not start; the end of ${log#"$top"/} is above" \
        "Ask what this node lacks: ${dist#"$top"/}/bin/crij check"
}

start_crij() {
    refuse_other_server
    rm -f "$state/crij.sock"
    start crij "$state/crij.sock" "$dist/bin/crij" serve --config "$run/crij.toml"
    crij_pid=$started
    remember
    for _ in {1..300}; do answers "$state/crij.sock" && return; sleep 0.1; done
    die "crij does not answer at $state/crij.sock" "Look at ${run#"$top"/}/crij.log"
}
