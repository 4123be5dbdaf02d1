#!/bin/bash
# Writes the pages of docs that come from the code.
. "$(dirname "$0")/lib.sh"
"$top/build/build.sh"
"$dist/bin/crij" config --markdown >"$top/docs/configuration.md.new"
mv "$top/docs/configuration.md.new" "$top/docs/configuration.md"
say "Written: docs/configuration.md"
