package dev.unmask.cli.bench;

import dev.unmask.UnmaskException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A server on this machine. Load goes nowhere else, and no name is looked up.
record Target(InetSocketAddress address) {

    private static final int HTTP_PORT = 80;

    /// Reads `http://HOST:PORT`, where the host is localhost or a loopback address.
    static Target of(String url) {
        URI uri = parse(url);
        String host = uri.getHost();
        String path = uri.getPath();
        if (!"http".equals(uri.getScheme()) || host == null || path == null || !(path.isEmpty() || path.equals("/"))) {
            throw UnmaskException.invalid("'" + url + "' is not http://HOST:PORT");
        }
        return new Target(new InetSocketAddress(loopback(host), uri.getPort() < 0 ? HTTP_PORT : uri.getPort()));
    }

    /// The same machine at another port.
    Target at(int port) {
        return new Target(new InetSocketAddress(address.getAddress(), port));
    }

    /// A request in bytes, to be sent as they are.
    byte[] get(String path, List<String> headers) {
        return head("GET " + path, headers, "");
    }

    /// A request with a photo, in bytes, to be sent as they are.
    byte[] post(String path, List<String> headers, byte[] photo) {
        String about = "Content-Type: image/jpeg\r\nContent-Length: " + photo.length + "\r\n";
        byte[] head = head("POST " + path, headers, about);
        byte[] request = Arrays.copyOf(head, head.length + photo.length);
        System.arraycopy(photo, 0, request, head.length, photo.length);
        return request;
    }

    @Override
    public String toString() {
        return "http://" + host();
    }

    private byte[] head(String what, List<String> headers, String about) {
        StringBuilder head = new StringBuilder(what + " HTTP/1.1\r\nHost: " + host() + "\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        return head.append(about).append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private String host() {
        String literal = address.getAddress().getHostAddress();
        return (literal.contains(":") ? "[" + literal + "]" : literal) + ":" + address.getPort();
    }

    private static URI parse(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw UnmaskException.invalid("'" + url + "' is not http://HOST:PORT: " + e.getReason());
        }
    }

    private static InetAddress loopback(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return InetAddress.getLoopbackAddress();
        }
        try {
            InetAddress address = InetAddress.ofLiteral(host.replaceAll("^\\[|]$", ""));
            if (address.isLoopbackAddress()) {
                return address;
            }
        } catch (IllegalArgumentException _) {
            // a name, which may lead anywhere
        }
        throw UnmaskException.invalid("host " + host
                + " is not this machine: load is sent to localhost or a loopback address only, such as 127.0.0.1");
    }
}
