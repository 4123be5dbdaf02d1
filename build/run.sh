#!/bin/bash
# Installs what is missing, builds, starts conmon-j and crij, runs a first pod, says what to type next.
. "$(dirname "$0")/lib.sh"
. "$top/build/instance.sh"
need_root "crij" run
"$top/build/deps.sh" run
"$top/build/build.sh"
mkdir -p "$run"

# start NAME SOCKET COMMAND...: in a session of its own, so that Ctrl-C here does not end it.
start() {
    local name=$1 socket=$2 log=$run/$1.log pid
    shift 2
    setsid "$@" >>"$log" 2>&1 </dev/null &
    pid=$!
    for _ in {1..300}; do
        [[ -S $socket ]] && { started=$pid; return; }
        [[ -d /proc/$pid ]] || break
        sleep 0.1
    done
    tail -n 20 "$log" | sed 's/^/    /' >&2
    die "$name did not start; the end of ${log#"$top"/} is above" \
        "Ask what this node lacks: ${dist#"$top"/}/bin/crij check"
}

if [[ -e $instance ]]; then
    . "$instance"
    end "$crij_pid"
else
    choose_folders
    choose_network
fi
write_configuration
if ! alive "${conmon_pid:-}"; then
    rm -f "$state/conmon.sock"
    start conmon-j "$state/conmon.sock" "$dist/bin/conmon-j" --socket "$state/conmon.sock" --state "$state"
    conmon_pid=$started
    remember
fi
rm -f "$state/crij.sock"
start crij "$state/crij.sock" "$dist/bin/crij" serve --config "$run/crij.toml"
crij_pid=$started
remember
for _ in {1..300}; do answers "$state/crij.sock" && break; sleep 0.1; done

export CRIJ_ENDPOINT=$state/crij.sock
crij=$dist/bin/crij
say "crij answers at $CRIJ_ENDPOINT (logs: ${run#"$top"/})"

"$top/build/first-image.sh" "$run/busybox.tar"
say "" "\$ crij load busybox.tar"
"$crij" load "$run/busybox.tar" || die "the first image could not be loaded" "Look at ${run#"$top"/}/crij.log"
say "\$ crij run --rm localhost/busybox sh -c 'echo Hello from pod \$(hostname); ip -o -4 addr show dev eth0'"
"$crij" run --rm localhost/busybox sh -c 'echo Hello from pod $(hostname); ip -o -4 addr show dev eth0' ||
    die "the first pod did not run" "Look at ${run#"$top"/}/crij.log and conmon-j.log, and ask: ${crij#"$top"/} check"

cat <<END

It works. What to type next:

  export PATH=$dist/bin:\$PATH CRIJ_ENDPOINT=$CRIJ_ENDPOINT
  crij check                                             is this node fit?
  crij run -d --name web localhost/busybox sleep 1000    a pod that stays
  crij ps                                                what runs
  crij exec main ps                                      a command inside
  crij pull busybox                                      an image from a registry
  crij --help                                            everything else
  make stop                                              end and clean up
END
