#!/bin/bash
# maven.sh TEXT ARGUMENTS...: runs Maven with a JDK 25, printing one line per module and per test class that
# took part, and on failure the errors. The whole output is in target/logs.
. "$(dirname "$0")/lib.sh"
need_jdk
text=$1
shift
log=$logs/$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$text").log
export MAVEN_OPTS="${MAVEN_OPTS:--XX:+UseSerialGC -Xmx1g -XX:TieredStopAtLevel=1}"
command -v mvn >/dev/null || die "Maven is not installed" "Run \`make deps\` as root."

begin=$SECONDS
say "$text (the whole output is in ${log#"$top"/})"

# What is being done stands in a file; a line of it shows the seconds that pass: on a terminal all the time, else
# where nothing else was printed for a while.
doing=$(mktemp)
printf 'start Maven' >"$doing"
pulse() {
    local every=15
    [[ -t 1 ]] && every=1
    while sleep "$every" >/dev/null && [[ -e $doing ]]; do
        if [[ -t 1 ]]; then
            printf '\r\033[K  %s ... %d s' "$(<"$doing")" $((SECONDS - begin))
        elif (($(date +%s) - $(stat -c %Y "$doing") >= every)); then
            printf '    ... %s (%d s)\n' "$(<"$doing")" $((SECONDS - begin))
        fi
    done
}
pulse 2>/dev/null &
pulse=$!
trap 'rm -f "$doing"; kill "$pulse" 2>/dev/null || true' EXIT

rc=0
mvn -B -f "$top/pom.xml" "$@" 2>&1 | tee "$log" | awk -v begin="$(date +%s)" -v doing="$doing" -v clear="$([[ -t 1 ]] && printf '\r\033[K')" '
    function now(  s) { "date +%s" | getline s; close("date +%s"); return s - begin }
    function show(line, next_step) {
        if (line != "") print clear line
        fflush()
        printf "%s", next_step >doing; close(doing)
    }
    /^Downloading/ && ++downloads % 50 == 0 { show("", module " (" downloads " downloads)") }
    /^\[INFO\] Building .*\[[0-9]+\/[0-9]+\]$/ { module = $NF " " $3; show("  " module " (" now() " s)", module) }
    /^\[INFO\] --- .* @ / { show("", module ": " $3) }
    /Running io\.crij/ { show("      " $NF " (" now() " s)", module ": " $NF) }
    /^\[(INFO|WARNING|ERROR)\] Tests run:.*Time elapsed/ { next }
    /^\[(INFO|WARNING|ERROR)\] Tests run:/ { sub(/^\[[A-Z]+\] /, ""); show("    " $0, module) }
    /^Note: / { show("    " $0, module) }' || rc=$?
rm -f "$doing"
kill "$pulse" 2>/dev/null || true
[[ ! -t 1 ]] || printf '\r\033[K'
if ((rc != 0)); then
    printf '\n%s failed. Errors of %s:\n\n' "$text" "${log#"$top"/}" >&2
    grep -aE '^\[ERROR\]' "$log" | grep -avE 'Re-run Maven|For more information|\[Help 1\]|To see the full|^\[ERROR\] *$' |
        head -n 60 >&2 || tail -n 30 "$log" >&2
    exit "$rc"
fi
say "$text: done in $((SECONDS - begin)) s"
