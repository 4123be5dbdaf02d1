# Sourced by the scripts of this folder: messages, progress, and where the tools are.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$top/target/logs
dist=$top/packaging/target/crij
mkdir -p "$logs"

say() { printf "%s\n" "$@"; }

# die WHAT TO-DO...: ends with what failed and what to do about it.
die() {
    printf 'error: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '  %s\n' "$@" >&2
    exit 1
}

need_root() {
    ((EUID == 0)) || die "$1 needs root (namespaces, mounts, cgroups)" "Run it as root, for example: sudo make ${2:-run}"
}

# step TEXT COMMAND...: runs the command with its output in a log file, showing the seconds that pass;
# when it fails, the end of that log. A file name for the log is made from the beginning of the text.
step() {
    local text=$1 log rc=0 begin=$SECONDS pid shown=0
    shift
    log=$logs/$(tr -cs 'a-zA-Z0-9\n' '-' <<<"${text:0:60}").log
    "$@" >"$log" 2>&1 &
    pid=$!
    [[ -t 1 ]] || printf '%s ...\n' "$text"
    while kill -0 "$pid" 2>/dev/null; do
        if [[ -t 1 ]]; then
            printf '\r%s ... %d s ' "$text" $((SECONDS - begin))
        elif ((SECONDS - begin - shown >= 15)); then
            shown=$((SECONDS - begin))
            printf '  %s: %d s\n' "$text" "$shown"
        fi
        sleep 0.2
    done
    wait "$pid" || rc=$?
    if ((rc != 0)); then
        [[ -t 1 ]] && printf '\n'
        printf '%s failed (exit code %d). The end of %s:\n\n' "$text" "$rc" "${log#"$top"/}" >&2
        tail -n 30 "$log" | sed 's/^/    /' >&2
        return "$rc"
    fi
    [[ -t 1 ]] && printf '\r'
    printf '%s: done in %d s\n' "$text" $((SECONDS - begin))
}

# Sets JAVA_HOME to a JDK 25, whatever JAVA_HOME or the default java say; false when there is none.
find_jdk() {
    local home
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/jdk* /opt/java/*; do
        [[ -x $home/bin/javac && -f $home/release ]] || continue
        grep -q '^JAVA_VERSION="25[."]' "$home/release" || continue
        export JAVA_HOME=$home
        return 0
    done
    return 1
}

need_jdk() {
    find_jdk || die "no JDK 25 found under /usr/lib/jvm, /opt or JAVA_HOME" \
        "Run \`make deps\` as root, or unpack a JDK 25 to /usr/lib/jvm/jdk-25."
}

# Goals for Maven after compiling: each module's class path for tests, from which the VM test fills its disk.
class_paths=(org.apache.maven.plugins:maven-dependency-plugin:build-classpath -Dmdep.outputFile=target/vm-test-classpath
    -Dmdep.includeScope=test -Dmdep.regenerateFile=true)
