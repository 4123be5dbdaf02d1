/// Records as JSON, over Jackson's streaming parser. Its data binding would cost a resident process 15 MB.
@NullMarked
package io.crij.oci.json;

import org.jspecify.annotations.NullMarked;
