package dev.unmask.server;

import dev.unmask.UnmaskException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of certificates or of a key in PEM, named by a setting.
record Pem(String setting, Path file) {

    private static final Pattern KEY = Pattern.compile("-----BEGIN ([A-Z]+ )?PRIVATE KEY-----([^-]+)-----END");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    /// What PKCS 8 puts before the RSA key of PKCS 1: version 0, algorithm rsaEncryption without parameters.
    private static final byte[] RSA = {
        2, 1, 0, 0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
    };

    Pem {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw Check.refusal(setting, file, "a file that this process may read");
        }
    }

    /// All certificates of the file, at least one.
    List<X509Certificate> certificates() {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw refusal("certificates in PEM");
            }
            return certificates;
        } catch (CertificateException | IOException _) {
            throw refusal("certificates in PEM");
        }
    }

    /// The private key of the file, which must be that of a certificate.
    PrivateKey keyOf(X509Certificate certificate) {
        PrivateKey key = key();
        try {
            Signature signature = Signature.getInstance(algorithm(key));
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certificate);
            if (signature.verify(signed)) {
                return key;
            }
        } catch (GeneralSecurityException _) {
            // of another kind than the certificate
        }
        throw refusal("the key of the certificate of " + certificate.getSubjectX500Principal());
    }

    private PrivateKey key() {
        Matcher key = KEY.matcher(text());
        if (!key.find() || !(key.group(1) == null || key.group(1).equals("RSA "))) {
            throw refusal(
                    "a private key in PEM, PKCS 8 and not encrypted (openssl pkcs8 -topk8 -nocrypt makes it one)");
        }
        byte[] der = bytes(key.group(2));
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(key.group(1) == null ? der : ofRsa(der));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException _) {
                // of another algorithm
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java has " + algorithm, e);
            }
        }
        throw refusal("a private key of " + String.join(", ", ALGORITHMS));
    }

    private static String algorithm(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
    }

    private static byte[] ofRsa(byte[] pkcs1) {
        byte[] octets = tagged(4, pkcs1);
        return tagged(
                0x30,
                ByteBuffer.allocate(RSA.length + octets.length)
                        .put(RSA)
                        .put(octets)
                        .array());
    }

    /// A DER element of 256 to 65 535 bytes.
    private static byte[] tagged(int tag, byte[] content) {
        return ByteBuffer.allocate(4 + content.length)
                .put((byte) tag)
                .put((byte) 0x82)
                .putShort((short) content.length)
                .put(content)
                .array();
    }

    private byte[] bytes(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw refusal("a private key in PEM");
        }
    }

    private String text() {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw refusal("a file that this process may read");
        }
    }

    private UnmaskException refusal(String limit) {
        return Check.refusal(setting, file, limit);
    }
}
