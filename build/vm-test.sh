#!/bin/bash
# Runs the privileged suites and a pod walk on pure cgroup v2, in a virtual machine; see e2e/vm/README.md.
#   vm-test.sh        the long form
#   vm-test.sh short    the form that belongs to `make test`, some minutes
#   vm-test.sh systemd  systemd is the guest's first process and makes the cgroups; belongs to `make vm-test`
. "$(dirname "$0")/lib.sh"
. "$top/e2e/vm/initramfs.sh"
. "$top/e2e/vm/image.sh"
. "$top/e2e/vm/systemd.sh"
. "$top/e2e/vm/machine.sh"
form=${1:-long}
plan=$top/e2e/vm/plan.$form
[[ -f $plan ]] || die "there is no form '$form' of the VM test" "Give short or systemd, or nothing for the long form."
limit=${CRIJ_VM_TIMEOUT:-$([[ $form == short || $form == walk ]] && echo 1500 || echo 3600)}
first_process=$(awk '$1 == "boot" { print $2 }' "$plan")

need_root "the VM test (it copies root's files into the guest's disk)" vm-test
"$top/build/deps.sh" test
need_jdk
[[ $(uname -m) == x86_64 ]] || die "the VM test knows x86-64 only" "Run it on an x86-64 machine."
for tool in qemu-system-x86_64 busybox cpio mke2fs debugfs modprobe; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || die "$tool is missing" "Run \`make deps\` as root."
done
export PATH=$PATH:/usr/sbin:/sbin

# The newest kernel that has both its image and its modules here.
version=
while read -r candidate; do
    [[ -d /lib/modules/$candidate && -r /boot/vmlinuz-$candidate ]] && version=$candidate
done < <(find /boot -maxdepth 1 -name 'vmlinuz-*' -printf '%f\n' | sed 's/^vmlinuz-//' | sort -V)
[[ -n $version ]] || die "no kernel with its modules in /boot and /lib/modules" \
    "Install one: apt-get install linux-image-cloud-amd64"
kernel=/boot/vmlinuz-$version

vm=$top/target/vm
modules=$(awk '$1 == "suite" { print $2 }' "$plan" | sort -u)
work=$vm/$form
rm -rf "$work" && mkdir -p "$work"

compile() {
    local list
    list=$(paste -sd, <<<"$modules")
    # end-to-end tests drive the built distribution
    [[ ,$list, != *,e2e,* ]] || list+=,packaging
    mvn -B -f "$top/pom.xml" -pl "$list" -am package -DskipTests -Dspotless.check.skip "${class_paths[@]}"
}

console() {
    mvn -B -f "$top/pom.xml" -N org.apache.maven.plugins:maven-dependency-plugin:copy \
        -Dartifact="org.junit.platform:junit-platform-console-standalone:$(junit_version)" \
        -DoutputDirectory="$vm" -Dmdep.useBaseVersion=true
}

# Whether everything was compiled after it was last changed: `make test` comes from doing just that.
compiled() {
    local module folder status=target/maven-status/maven-compiler-plugin
    for module in $modules; do [[ -s $top/$module/target/vm-test-classpath ]] || return 1; done
    for folder in "$top"/*/; do
        [[ -f $folder/pom.xml && -d $folder/src ]] || continue
        newer "$folder/src/main" "$folder/$status/compile/default-compile/inputFiles.lst" java || return 1
        newer "$folder/src/test" "$folder/$status/testCompile/default-testCompile/inputFiles.lst" java || return 1
    done
    [[ ! $modules == *e2e* ]] || newer "$top" "$dist/lib/crij.main" java
}

# newer FOLDER FILE EXTENSION: false when a source in the folder is younger than the file
newer() {
    [[ -n $(find "$1" -path '*/target' -prune -o -name "*.$3" -print -quit 2>/dev/null) ]] || return 0
    [[ -z $(find "$1" -path '*/target' -prune -o -name "*.$3" -newer "$2" -print -quit 2>&1) ]]
}

junit_version() { sed -n 's:.*<junit.version>\(.*\)</junit.version>.*:\1:p' "$top/pom.xml"; }

make_disk() {
    local tree=$vm/tree stamp
    stamp="$JAVA_HOME $version $(cat "$top"/e2e/vm/{image,systemd}.sh "$top"/e2e/vm/guest/crij-vm.* | md5sum)"
    if [[ $(cat "$vm/tree.stamp" 2>/dev/null) != "$stamp" ]]; then
        rm -rf "$tree" "$vm/tree.stamp"
        userland "$tree" "$version"
        systemd_userland "$tree"
        printf '%s' "$stamp" >"$vm/tree.stamp"
    fi
    # shellcheck disable=SC2086
    sources "$tree" $modules
    cp "$vm/junit-platform-console-standalone-$(junit_version).jar" "$tree/crij-vm/console.jar"
    printf 'FLAGS="%s"\nCONSOLE=/crij-vm/console.jar\nPROPERTIES=%s\nexport JAVA_HOME=%s FORM=%s\n' \
        "$(sed -n 's:.*<jvm.flags>\(.*\)</jvm.flags>.*:\1:p' "$top/pom.xml")" \
        "$([[ $first_process == systemd ]] && printf -- -De2e.cgroupDriver=systemd)" "$JAVA_HOME" "$form" >"$tree/crij-vm/settings"
    cp "$plan" "$tree/crij-vm/plan"
    disk "$tree" "$work/disk" 6G
    mkdir -p "$work/empty"
    disk "$work/empty" "$work/results.disk" 64M
    initramfs "$version" "$work/initramfs"
}

compiled || step "vm: compile" compile
[[ -s $vm/junit-platform-console-standalone-$(junit_version).jar ]] || step "vm: fetch the console of JUnit" console
step "vm: make the disk" make_disk
accel=tcg
boot=$(cat /proc/sys/kernel/random/boot_id)
# a guest was seen hanging on KVM: asked once per boot of this machine
if [[ -e $vm/kvm.$boot ]] || { [[ ! -e $vm/no-kvm.$boot ]] && kvm_works "$kernel" "$work/initramfs"; }; then
    accel=kvm && touch "$vm/kvm.$boot"
else
    touch "$vm/no-kvm.$boot"
fi
say "vm: Linux $version, $([[ $accel == kvm ]] && echo "with KVM" || echo "emulated (no usable KVM)"), at most $limit s"

: >"$work/progress"
: >"$work/console"
(machine "$accel" "$kernel" "$work/initramfs" "$work/disk" "$work/results.disk" "$work/console" "$work/progress" \
    "${first_process:+crij.boot=$first_process}") \
    >"$work/qemu" 2>&1 &
qemu=$!
tail -n +1 -f --pid="$qemu" "$work/progress" | sed -u 's/\r$//; s/^/  /' &
trap 'kill "$qemu" 2>/dev/null || true' EXIT
begin=$SECONDS
while kill -0 "$qemu" 2>/dev/null; do
    if ((SECONDS - begin > limit)); then
        say "vm: the guest was still busy after $limit s and is ended (CRIJ_VM_TIMEOUT sets another limit)"
        kill "$qemu" 2>/dev/null || true
        sleep 2
        kill -9 "$qemu" 2>/dev/null || true
        break
    fi
    sleep 0.5
done
wait "$qemu" || true
wait
trap - EXIT

reports=$top/e2e/target/surefire-reports
mkdir -p "$work/out" "$reports"
debugfs -R "rdump / $work/out" "$work/results.disk" >/dev/null 2>&1 || true
for report in "$work"/out/*/TEST-*.xml; do
    [[ -e $report ]] || continue
    module=$(basename "$(dirname "$report")")
    cp "$report" "$reports/TEST-vm-$module-$(basename "$report" | sed 's/^TEST-//')"
done
rm -f "$work/disk" "$work/results.disk"
code=$(cat "$work/out/code" 2>/dev/null || echo none)
if [[ $code != 0 ]]; then
    printf '\nThe end of the guest'\''s console (%s):\n\n' "${work#"$top"/}/console" >&2
    tail -n 40 "$work/console" | tr -d '\r' | sed 's/^/    /' >&2
    cat "$work/qemu" >&2
    [[ $code == none ]] && die "the guest ended without a result" "Its console is above; the suites' own output is in ${work#"$top"/}/progress."
    die "suites failed in the guest" "Their output is in ${work#"$top"/}/progress, the reports in ${work#"$top"/}/out."
fi
say "vm: done in $((SECONDS - begin)) s"
