/// JPEG (ITU T.81), decoded to the very bytes that libjpeg-turbo gives by default: its integer transform, its way to
/// enlarge chroma, its colour conversion. Written in Java because the JDK's libjpeg is older and differs where chroma
/// has half the height, and takes many times as long for progressive files.
@NullMarked
package dev.unmask.image.jpeg;

import org.jspecify.annotations.NullMarked;
