/// The client of registries: OCI distribution-spec over HTTP/1.1, mirrors, authentication, proxies.
@NullMarked
package io.crij.image.registry;

import org.jspecify.annotations.NullMarked;
