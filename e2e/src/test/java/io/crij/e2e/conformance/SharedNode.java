package io.crij.e2e.conformance;

import io.crij.e2e.Node;
import io.crij.e2e.TestImage;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives each test a [Lab] on the one node of this package, and takes away what the test has left in it.
final class SharedNode implements ParameterResolver {
    private static final Namespace SPACE = Namespace.create(SharedNode.class);

    /// The node with the image that most tests use.
    private record Furnished(Node node, String image) implements AutoCloseable {
        static Furnished start() {
            var node = Node.start();
            try {
                var image = node.registry().push(TestImage.busybox("e2e/conformance:1"));
                node.pods().pull(image);
                return new Furnished(node, image);
            } catch (RuntimeException | AssertionError e) {
                node.close();
                throw e;
            }
        }

        @Override
        public void close() {
            node.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Lab.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        var shared = test.getRoot().getStore(SPACE).computeIfAbsent("node", _ -> Furnished.start(), Furnished.class);
        var lab = new Lab(shared.node(), shared.image());
        test.getStore(SPACE).put("lab", lab);
        return lab;
    }
}
