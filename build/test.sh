#!/bin/bash
# Runs the tests and ends with the line "N passed, N failed, N skipped".
#   test.sh        everything: unit, privileged, end to end, the short VM test
#   test.sh unit   the modules' own tests only
. "$(dirname "$0")/lib.sh"
need_root "the tests" test
"$top/build/deps.sh" test
need_jdk
rm -rf "$top"/*/target/surefire-reports

rc=0
if [[ ${1:-} == unit ]]; then
    "$top/build/maven.sh" "test" test -fae -pl '!e2e' || rc=$?
else
    # e2e drives the built distribution: its tests come after packaging, in the same run.
    "$top/build/maven.sh" "test" verify "${class_paths[@]}" -fae || rc=$?
    if [[ -x $top/build/vm-test.sh ]]; then
        "$top/build/vm-test.sh" short || rc=$?
    fi
fi

say ""
totals=0
"$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$top/build/TestTotals.java" "$top" || totals=$?
((rc == 0)) || exit "$rc"
exit "$totals"
