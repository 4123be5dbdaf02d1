package io.crij.image.registry;

import io.crij.image.registry.TlsSettings.ClientCertificate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/// Makes TLS contexts: trusted are the certificates of Java, those of the machine's bundle, and those configured for
/// the
/// host.
final class Tls {
    /// Where distributions keep the bundle.
    private static final List<String> BUNDLES = List.of(
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/cert.pem");
    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END");

    private final Map<String, String> environment;

    Tls(Map<String, String> environment) {
        this.environment = environment;
    }

    /// @throws IOException naming the file that cannot be used
    SSLContext context(TlsSettings settings) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManager[] trust = settings.skipVerify() ? new TrustManager[] {new TrustAll()} : trust(settings.ca());
            context.init(keys(settings.clients()), trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the TLS configuration cannot be used: " + e.getMessage(), e);
        }
    }

    private TrustManager[] trust(List<Path> configured) throws IOException, GeneralSecurityException {
        TrustManagerFactory java = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        java.init((KeyStore) null);
        KeyStore all = emptyStore();
        for (TrustManager manager : java.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                add(all, List.of(x509.getAcceptedIssuers()));
            }
        }
        for (Path bundle : bundles()) {
            add(all, certificates(bundle));
        }
        for (Path file : configured) {
            add(all, certificates(file));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(all);
        return factory.getTrustManagers();
    }

    private List<Path> bundles() {
        String chosen = environment.getOrDefault("SSL_CERT_FILE", "");
        List<String> candidates = chosen.isEmpty() ? BUNDLES : List.of(chosen);
        return candidates.stream()
                .map(Path::of)
                .filter(Files::isReadable)
                .limit(1)
                .toList();
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static void add(KeyStore store, List<? extends Certificate> certificates) throws GeneralSecurityException {
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("ca" + store.size(), certificate);
        }
    }

    /// Those of a file that may hold keys too, which the factory of Java does not take.
    private static List<Certificate> certificates(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<Certificate> found = new ArrayList<>();
            Matcher pem = PEM.matcher(new String(content, StandardCharsets.ISO_8859_1));
            while (pem.find()) {
                if (pem.group(1).endsWith("CERTIFICATE")) {
                    byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
                    found.add(factory.generateCertificate(new ByteArrayInputStream(der)));
                }
            }
            return found.isEmpty()
                    ? List.copyOf(factory.generateCertificates(new ByteArrayInputStream(content)))
                    : List.copyOf(found);
        } catch (CertificateException | IllegalArgumentException e) {
            throw new IOException(file + " holds no certificates in PEM form: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keys(List<ClientCertificate> clients) throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        for (ClientCertificate client : clients) {
            Certificate[] chain = certificates(client.certificate()).toArray(Certificate[]::new);
            if (chain.length == 0) {
                throw new IOException(client.certificate() + " holds no certificate");
            }
            PrivateKey key = key(client.key(), chain[0].getPublicKey());
            store.setKeyEntry("client" + store.size(), key, new char[0], chain);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static PrivateKey key(Path file, PublicKey certified) throws IOException, GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance(certified.getAlgorithm());
        Matcher pem = PEM.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        while (pem.find()) {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
            switch (pem.group(1)) {
                case "PRIVATE KEY" -> {
                    return factory.generatePrivate(new PKCS8EncodedKeySpec(der));
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> {
                    return factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8(der, certified)));
                }
                default -> {
                    // a certificate or parameters in the same file
                }
            }
        }
        throw new IOException(file + " holds no private key that can be used: convert it with"
                + " `openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW`");
    }

    /// Puts the envelope of PKCS #8 (RFC 5208) around a key of PKCS #1 or SEC 1. The algorithm and curve in it are the
    /// certificate's: both begin the encoded public key (RFC 5280 `SubjectPublicKeyInfo`).
    private static byte[] pkcs8(byte[] key, PublicKey certified) {
        ByteBuffer encoded = ByteBuffer.wrap(certified.getEncoded());
        header(encoded);
        int from = encoded.position();
        int length = header(encoded);
        byte[] algorithm = Arrays.copyOfRange(encoded.array(), from, encoded.position() + length);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(new byte[] {2, 1, 0});
        content.writeBytes(algorithm);
        content.writeBytes(der(4, key));
        return der(0x30, content.toByteArray());
    }

    /// Reads tag and length.
    private static int header(ByteBuffer der) {
        der.get();
        int length = der.get() & 0xFF;
        if (length >= 0x80) {
            int bytes = length - 0x80;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | der.get() & 0xFF;
            }
        }
        return length;
    }

    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 128) {
            out.write(content.length);
        } else {
            byte[] length = new java.math.BigInteger(1, new byte[] {
                        (byte) (content.length >> 24),
                        (byte) (content.length >> 16),
                        (byte) (content.length >> 8),
                        (byte) content.length
                    })
                    .toByteArray();
            int from = length[0] == 0 ? 1 : 0;
            out.write(0x80 | length.length - from);
            out.write(length, from, length.length - from);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    /// `skip_verify = true`: what the operator has written down for this host.
    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
