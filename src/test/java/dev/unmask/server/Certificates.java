package dev.unmask.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A folder of certificates: `ca`, `server` (RSA) and `client` (EC) that it signed, and a `stranger`.
record Certificates(Path folder, KeyStore store) {

    private static final char[] PASSWORD = "changeit".toCharArray();

    /// Made by the keytool of the JDK.
    static Certificates make(Path folder) throws Exception {
        keytool(folder, "ca", "RSA", "-ext", "bc:c");
        keytool(folder, "server", "RSA", "-signer", "ca", "-ext", "san=dns:localhost");
        keytool(folder, "client", "EC", "-signer", "ca");
        keytool(folder, "stranger", "EC");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("store"))) {
            store.load(in, PASSWORD);
        }
        return new Certificates(folder, store);
    }

    private static void keytool(Path folder, String alias, String algorithm, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                folder.resolve("store").toString(),
                "-storepass",
                new String(PASSWORD),
                "-alias",
                alias,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + alias));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
    }

    /// A file of the certificates that lead to the root.
    Path chain(String alias) throws IOException, GeneralSecurityException {
        StringBuilder pem = new StringBuilder();
        for (Certificate certificate : store.getCertificateChain(alias)) {
            pem.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        return Files.writeString(folder.resolve(alias + ".crt"), pem);
    }

    /// A file of a key in PKCS 8.
    Path key(String alias) throws IOException, GeneralSecurityException {
        return Files.writeString(folder.resolve(alias + ".key"), pem("PRIVATE KEY", bytes(alias)));
    }

    /// A file of an RSA key in PKCS 1, which is what PKCS 8 wraps in 26 bytes.
    Path pkcs1(String alias) throws IOException, GeneralSecurityException {
        byte[] wrapped = bytes(alias);
        return Files.writeString(
                folder.resolve(alias + ".pkcs1"),
                pem("RSA PRIVATE KEY", Arrays.copyOfRange(wrapped, 26, wrapped.length)));
    }

    /// Trusts the ca, and shows the certificate of an alias.
    SSLContext client(String alias) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", store.getCertificate("ca"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        if (!alias.equals("nobody")) {
            own.setKeyEntry(alias, store.getKey(alias, PASSWORD), PASSWORD, store.getCertificateChain(alias));
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + label + "-----\n";
    }

    private byte[] bytes(String alias) throws GeneralSecurityException {
        Key key = store.getKey(alias, PASSWORD);
        return key.getEncoded();
    }
}
