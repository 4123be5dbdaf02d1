#!/bin/bash
# Removes everything that was built.
. "$(dirname "$0")/lib.sh"
[[ ! -e $top/target/run/instance ]] || "$top/build/stop.sh"
rm -rf "$top/target" "$top"/*/target
