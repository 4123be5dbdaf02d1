package io.crij.image.registry;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which proxy leads to a host, by the usual variables: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in
/// either case. The rules of `NO_PROXY` are those of Go programs, since these are the ones operators know from
/// other
/// runtimes: `*`, `host`, `.suffix`, `host:port`, addresses and CIDR blocks; loopback never goes through a proxy.
final class ProxySettings {
    private static final Set<String> SCHEMES = Set.of("http", "https", "socks", "socks5", "socks5h");

    private final Map<String, String> environment;

    ProxySettings(Map<String, String> environment) {
        this.environment = environment;
    }

    /// The proxy's URL, with `http://` when the variable has no scheme; empty for a direct connection.
    ///
    /// @throws ConnectException when the variable holds no address
    Optional<URI> proxyFor(URI target) throws ConnectException {
        String host = target.getHost();
        int port = port(target);
        if (host == null || isLoopback(host) || isExcluded(host, port)) {
            return Optional.empty();
        }
        String name = target.getScheme().toUpperCase(Locale.ROOT) + "_PROXY";
        String value = variable(name).isEmpty() ? variable("ALL_PROXY") : variable(name);
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of(address(variable(name).isEmpty() ? "ALL_PROXY" : name, value));
    }

    private static URI address(String variable, String value) throws ConnectException {
        try {
            URI uri = new URI(value.contains("://") ? value : "http://" + value);
            if (uri.getHost() != null && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // told below; its text may hold the password
        }
        throw new ConnectException("the variable " + variable
                + " holds no proxy: give http://host:port, https://host:port or socks5://host:port");
    }

    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "http".equals(uri.getScheme()) ? 80 : 443;
    }

    private String variable(String name) {
        String upper = environment.getOrDefault(name, "");
        return upper.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
    }

    static boolean isLoopback(String host) {
        String bare = host.replaceAll("[\\[\\]]", "");
        return bare.equals("localhost") || bare.equals("::1") || bare.matches("127(\\.[0-9]{1,3}){3}");
    }

    private boolean isExcluded(String host, int port) {
        List<String> rules = List.of(variable("NO_PROXY").split("[,\\s]+"));
        return rules.stream().filter(rule -> !rule.isEmpty()).anyMatch(rule -> matches(rule, host, port));
    }

    private static boolean matches(String rule, String host, int port) {
        if (rule.equals("*")) {
            return true;
        }
        String bare = host.replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT);
        if (rule.contains("/")) {
            return inBlock(rule, bare);
        }
        String wanted = rule.toLowerCase(Locale.ROOT);
        int colon = wanted.lastIndexOf(':');
        boolean hasPort = colon > 0 && wanted.indexOf(':') == colon || wanted.matches("\\[.*]:[0-9]+");
        if (hasPort) {
            if (!wanted.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            wanted = wanted.substring(0, colon);
        }
        wanted = wanted.replaceAll("[\\[\\]]", "").replaceFirst("^\\*\\.", ".");
        return wanted.startsWith(".") ? bare.endsWith(wanted) : bare.equals(wanted) || bare.endsWith("." + wanted);
    }

    private static boolean inBlock(String rule, String host) {
        if (!host.matches("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*")) {
            return false; // a name, which is not looked up for this
        }
        int slash = rule.indexOf('/');
        try {
            byte[] network = InetAddress.getByName(rule.substring(0, slash)).getAddress();
            byte[] address = InetAddress.getByName(host).getAddress();
            int bits = Integer.parseInt(rule.substring(slash + 1));
            return network.length == address.length && bits <= network.length * 8 && samePrefix(network, address, bits);
        } catch (UnknownHostException | NumberFormatException e) {
            return false;
        }
    }

    private static boolean samePrefix(byte[] a, byte[] b, int bits) {
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % 8);
            if ((a[i / 8] & mask) != (b[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
