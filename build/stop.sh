#!/bin/bash
# Ends what `make run` started: its pods, crij, conmon-j, its network, its folders. Where the pods cannot be removed all
# stays as it is; FORCE=1 goes on without that.
. "$(dirname "$0")/lib.sh"
. "$top/build/instance.sh"
need_root "ending crij" stop
[[ -e $instance ]] || { say "Nothing runs: \`make run\` starts it."; exit 0; }
. "$instance"

pods_stay() {
    [[ -n ${FORCE:-} ]] || die "not all pods could be removed: $state and $data are kept" \
        "Look at ${run#"$top"/}/crij.log and conmon-j.log, mend it, and say \`make stop\` again." \
        "To end crij and conmon-j and remove the folders all the same: make stop FORCE=1"
    say "Not all pods could be removed; going on. What is left has /crij in its cgroup: cat /proc/*/cgroup"
}

# pods are removed by a server, also when ours has died
if ! alive "$crij_pid"; then
    refuse_other_server
    (start_crij) || pods_stay
    . "$instance"
fi
step "remove the pods" "$dist/bin/crij" rm --all --force --endpoint "$state/crij.sock" || pods_stay
step "end crij" end "$crij_pid"
refuse_other_server
step "end conmon-j" end_monitors
[[ -z $bridge ]] || ip link delete "$bridge" 2>/dev/null || true
# where pods could not be removed, their namespaces are mounted there
awk -v in_state="$state/" 'index($5, in_state) == 1 { print $5 }' /proc/self/mountinfo |
    while read -r mount; do umount -l "$mount" || true; done
rm -rf "$state"
# the cgroup of all pods, unless somebody else has pods in it
find /sys/fs/cgroup -maxdepth 2 -type d -name crij -exec rmdir {} \; 2>/dev/null || true
# with systemd it is a slice; to stop it would stop what is in it
! grep -qx 'populated 0' /sys/fs/cgroup/crij.slice/cgroup.events 2>/dev/null || systemctl stop crij.slice || true
[[ $made_data == no ]] || rm -rf "$data"
rm -rf "$run"
say "Ended: pods, crij and conmon-j are gone, $state too$([[ $made_data == no ]] || echo ", and $data")."
