package io.crij.image.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// The connections of one pull: kept open for the next request to the same host, and all ended by [#close], which
/// also
/// wakes the threads that wait for bytes.
///
/// Thread-safe: the lock guards the three collections and the closed mark, and is never held during input or
/// output.
final class HttpConnections implements AutoCloseable, HttpConnection.Owner {
    /// How names become addresses.
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /// An address that does not answer must not eat the time of the next one: IPv6 is often configured and dead.
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private static final Duration CONNECT_WITH_OTHERS = Duration.ofSeconds(3);

    private final ProxySettings proxies;
    private final Tls tls;
    private final Resolver resolver;
    private final Duration stall;
    private final Object lock = new Object();
    private final Map<String, List<HttpConnection>> idle = new HashMap<>();
    private final Map<HttpConnection, String> keys = new HashMap<>();
    private final Set<Socket> sockets = new HashSet<>();
    private final Map<TlsSettings, SSLContext> contexts = new HashMap<>();
    private boolean closed;

    /// @param stall how long a read may wait
    HttpConnections(Map<String, String> environment, Resolver resolver, Duration stall) {
        this.proxies = new ProxySettings(environment);
        this.tls = new Tls(environment);
        this.resolver = resolver;
        this.stall = stall;
    }

    /// Sends a request and reads the answer's head.
    ///
    /// @param headers without `Host`
    HttpResponse send(String method, URI uri, TlsSettings settings, Map<String, String> headers, byte[] body)
            throws IOException {
        if (uri.getHost() == null) {
            throw new ConnectException("\"" + uri + "\" has no host name that can be used");
        }
        Optional<URI> proxy = proxies.proxyFor(uri);
        String authority = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
        boolean throughProxy = proxy.isPresent() && "http".equals(uri.getScheme()) && !isSocks(proxy.get());
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Host", authority);
        all.put("User-Agent", "cri-j");
        all.putAll(headers);
        if (throughProxy) {
            proxyAuthorization(proxy.get()).ifPresent(it -> all.put("Proxy-Authorization", it));
        }
        String path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        String target = throughProxy ? uri.getScheme() + "://" + authority + path : path;
        String key = uri.getScheme() + "://" + authority + " " + settings;
        HttpConnection kept = takeIdle(key);
        if (kept != null) {
            try {
                return kept.exchange(method, target, all, body);
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                // the other side had ended the kept connection meanwhile: once more on a new one
            }
        }
        return open(key, uri, settings, proxy).exchange(method, target, all, body);
    }

    private @Nullable HttpConnection takeIdle(String key) {
        synchronized (lock) {
            List<HttpConnection> free = idle.getOrDefault(key, List.of());
            return free.isEmpty() ? null : free.removeLast();
        }
    }

    private HttpConnection open(String key, URI uri, TlsSettings settings, Optional<URI> proxy) throws IOException {
        Socket socket = connected(uri, proxy);
        try {
            socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, stall.toMillis()));
            socket.setTcpNoDelay(true);
            Socket layered = socket;
            if (proxy.isPresent() && "https".equals(proxy.get().getScheme())) {
                layered = secure(layered, proxy.get(), TlsSettings.USUAL);
            }
            if (proxy.isPresent() && "https".equals(uri.getScheme()) && !isSocks(proxy.get())) {
                tunnel(layered, uri, proxy.get());
            }
            if ("https".equals(uri.getScheme())) {
                layered = secure(layered, uri, settings);
            }
            HttpConnection connection = new HttpConnection(layered, this);
            synchronized (lock) {
                keys.put(connection, key);
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private Socket connected(URI uri, Optional<URI> proxy) throws IOException {
        if (proxy.isPresent() && isSocks(proxy.get())) {
            Socket socket = register(new Socket(new Proxy(
                    Proxy.Type.SOCKS,
                    new InetSocketAddress(
                            proxy.get().getHost(), Math.max(proxy.get().getPort(), 1080)))));
            socket.connect(InetSocketAddress.createUnresolved(uri.getHost(), ProxySettings.port(uri)), (int)
                    CONNECT.toMillis());
            return socket;
        }
        return proxy.isPresent()
                ? connect(proxy.get().getHost(), ProxySettings.port(proxy.get()))
                : connect(uri.getHost(), ProxySettings.port(uri));
    }

    private static boolean isSocks(URI proxy) {
        return proxy.getScheme().toLowerCase(Locale.ROOT).startsWith("socks");
    }

    /// Tries the addresses of a name one after the other.
    private Socket connect(String host, int port) throws IOException {
        InetAddress[] addresses = resolver.resolve(host.replaceAll("[\\[\\]]", ""));
        IOException failure = new UnknownHostException(host);
        for (int i = 0; i < addresses.length; i++) {
            Duration patience = i + 1 < addresses.length ? CONNECT_WITH_OTHERS : CONNECT;
            Socket socket = register(new Socket());
            try {
                socket.connect(new InetSocketAddress(addresses[i], port), (int) patience.toMillis());
                return socket;
            } catch (SocketTimeoutException e) {
                failure = new ConnectException(addresses[i].getHostAddress() + " does not answer");
            } catch (IOException e) {
                failure = e;
            }
            socket.close();
            forget(socket);
        }
        throw failure;
    }

    private Socket register(Socket socket) throws IOException {
        synchronized (lock) {
            if (closed) {
                socket.close();
                throw new InterruptedIOException("the pull has ended");
            }
            sockets.removeIf(Socket::isClosed);
            sockets.add(socket);
            return socket;
        }
    }

    private void forget(Socket socket) {
        synchronized (lock) {
            sockets.remove(socket);
        }
    }

    private void tunnel(Socket socket, URI uri, URI proxy) throws IOException {
        String target = uri.getHost() + ":" + ProxySettings.port(uri);
        StringBuilder request = new StringBuilder("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n");
        proxyAuthorization(proxy)
                .ifPresent(
                        it -> request.append("Proxy-Authorization: ").append(it).append("\r\n"));
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        // byte by byte: what comes after the head belongs to TLS
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = socket.getInputStream().read();
            if (c < 0 || head.length() > 16 * 1024) {
                throw new ConnectException("the proxy " + proxy.getHost() + " ended the connection");
            }
            head.append((char) c);
        }
        if (!head.toString().matches("(?s)HTTP/1\\.[01] 200.*")) {
            throw new ConnectException("the proxy " + proxy.getHost() + " refused to connect to " + target + ": "
                    + head.substring(0, head.indexOf("\r\n")));
        }
    }

    private static Optional<String> proxyAuthorization(URI proxy) {
        return Optional.ofNullable(proxy.getUserInfo())
                .map(it -> "Basic " + Base64.getEncoder().encodeToString(it.getBytes(StandardCharsets.UTF_8)));
    }

    private Socket secure(Socket socket, URI uri, TlsSettings settings) throws IOException {
        SSLContext context;
        synchronized (contexts) {
            SSLContext known = contexts.get(settings);
            context = known == null ? tls.context(settings) : known;
            contexts.put(settings, context);
        }
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        SSLSocket secured =
                (SSLSocket) context.getSocketFactory().createSocket(socket, host, ProxySettings.port(uri), true);
        if (!settings.skipVerify()) {
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
        }
        secured.startHandshake();
        return secured;
    }

    @Override
    public void released(HttpConnection connection, boolean reusable) {
        synchronized (lock) {
            if (!reusable || closed) {
                keys.remove(connection);
                idle.values().forEach(free -> free.remove(connection));
                return;
            }
            String key = keys.get(connection);
            if (key != null) {
                idle.computeIfAbsent(key, it -> new ArrayList<>()).add(connection);
            }
        }
    }

    @Override
    public void close() {
        List<Socket> open;
        synchronized (lock) {
            closed = true;
            open = List.copyOf(sockets);
            sockets.clear();
            idle.clear();
            keys.clear();
        }
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                // it is gone either way
            }
        }
    }
}
