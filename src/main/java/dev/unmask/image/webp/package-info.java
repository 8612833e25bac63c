/// WebP's two ways to store a picture, VP8 (RFC 6386) and VP8L (RFC 9649), decoded to the very bytes libwebp gives.
/// Written in Java so that a hostile file stays inside the JVM.
@NullMarked
package dev.unmask.image.webp;

import org.jspecify.annotations.NullMarked;
