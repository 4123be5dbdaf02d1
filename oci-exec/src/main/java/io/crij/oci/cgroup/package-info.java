/// Control groups, versions 1 and 2: what is written where, and what can be read of a running container.
@NullMarked
package io.crij.oci.cgroup;

import org.jspecify.annotations.NullMarked;
