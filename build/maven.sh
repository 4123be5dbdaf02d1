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
rc=0
mvn -B -f "$top/pom.xml" "$@" 2>&1 | tee "$log" | awk -v begin="$(date +%s)" '
    function now(  s) { "date +%s" | getline s; close("date +%s"); return s - begin }
    /^Downloading/ && ++downloads % 50 == 0 { printf "  ... %d downloads (%d s)\n", downloads, now(); fflush() }
    /^\[INFO\] Building .*\[[0-9]+\/[0-9]+\]$/ { printf "  %s %s (%d s)\n", $NF, $3, now(); fflush() }
    /Running io\.crij/ { printf "      %s (%d s)\n", $NF, now(); fflush() }
    /^\[(INFO|WARNING|ERROR)\] Tests run:.*Time elapsed/ { next }
    /^\[(INFO|WARNING|ERROR)\] Tests run:/ { sub(/^\[[A-Z]+\] /, ""); print "    " $0; fflush() }' || rc=$?
if ((rc != 0)); then
    printf '\n%s failed. Errors of %s:\n\n' "$text" "${log#"$top"/}" >&2
    grep -aE '^\[ERROR\]' "$log" | grep -avE 'Re-run Maven|For more information|\[Help 1\]|To see the full|^\[ERROR\] *$' |
        head -n 60 >&2 || tail -n 30 "$log" >&2
    exit "$rc"
fi
say "$text: done in $((SECONDS - begin)) s"
