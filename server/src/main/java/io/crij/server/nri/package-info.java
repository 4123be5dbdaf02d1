/// The Node Resource Interface: plugins that hear of every pod and container of the node and may change containers
/// before they are made. [io.crij.server.nri.Nri] is the way in; everything else of this package is loaded only once a
/// plugin is there.
@NullMarked
package io.crij.server.nri;

import org.jspecify.annotations.NullMarked;
