package dev.unmask.job.remote;

import dev.unmask.UnmaskException;
import java.net.URI;
import java.net.URISyntaxException;

/// Where a service is: `https://HOST:PORT`, and a path if it lies behind one.
record Address(URI base) {

    static Address of(String url) {
        try {
            URI uri = new URI(url.replaceAll("/+$", ""));
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (http
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null) {
                return new Address(uri);
            }
        } catch (URISyntaxException _) {
            // said below
        }
        throw UnmaskException.invalid("server '" + url + "' is not http://HOST:PORT or https://HOST:PORT");
    }

    URI at(String pathAndQuery) {
        return URI.create(base + pathAndQuery);
    }

    @Override
    public String toString() {
        return base.toString();
    }
}
