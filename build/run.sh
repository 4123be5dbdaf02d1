#!/bin/bash
# Installs what is missing, builds, starts conmon-j and crij, runs a first pod, says what to type next.
. "$(dirname "$0")/lib.sh"
. "$top/build/instance.sh"
need_root "crij" run
"$top/build/deps.sh" run
"$top/build/build.sh"
mkdir -p "$run"

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
start_crij

export CRIJ_ENDPOINT=$state/crij.sock
crij=$dist/bin/crij
say "crij answers at $CRIJ_ENDPOINT (logs: ${run#"$top"/})"

"$top/build/first-image.sh" "$run/busybox.tar"
say "" "\$ crij load busybox.tar"
"$crij" load "$run/busybox.tar" || die "the first image could not be loaded" "Look at ${run#"$top"/}/crij.log"
say "\$ crij run --rm localhost/busybox sh -c 'echo Hello from pod \$(hostname); ip -o -4 addr show dev eth0'"
"$crij" run --rm localhost/busybox sh -c 'echo Hello from pod $(hostname); ip -o -4 addr show dev eth0' ||
    die "the first pod did not run" "Look at ${run#"$top"/}/crij.log and conmon-j.log, and ask: ${crij#"$top"/} check --config ${run#"$top"/}/crij.toml"

cat <<END

It works. What to type next:

  export PATH=$dist/bin:\$PATH CRIJ_ENDPOINT=$CRIJ_ENDPOINT
  crij check --config ${run#"$top"/}/crij.toml                is this node fit?
  crij run -d --name web localhost/busybox sleep 1000    a pod that stays
  crij ps                                                what runs
  crij exec web ps                                       a command inside
  crij pull busybox                                      an image from a registry
  crij --help                                            everything else
  make stop                                              end and clean up
END
