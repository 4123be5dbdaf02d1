#!/bin/bash
# Builds everything into packaging/target/crij, without tests.
. "$(dirname "$0")/lib.sh"
"$top/build/maven.sh" "build" package -DskipTests -Dspotless.check.skip
say "Built: ${dist#"$top"/}/bin/crij"
