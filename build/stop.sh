#!/bin/bash
# Ends what `make run` started: its pods, crij, conmon-j, its network, its folders.
. "$(dirname "$0")/lib.sh"
. "$top/build/instance.sh"
need_root "ending crij" stop
[[ -e $instance ]] || { say "Nothing runs: \`make run\` starts it."; exit 0; }
. "$instance"
if alive "$crij_pid"; then
    "$dist/bin/crij" rm --all --force --endpoint "$state/crij.sock" >/dev/null ||
        say "Not all pods could be removed; going on."
fi
end "$crij_pid"
end "$conmon_pid"
[[ -z $bridge ]] || ip link delete "$bridge" 2>/dev/null || true
rm -rf "$state"
[[ $made_data == no ]] || rm -rf "$data"
rm -rf "$run"
say "Ended: pods, crij and conmon-j are gone, $state too$([[ $made_data == no ]] || echo ", and $data")."
