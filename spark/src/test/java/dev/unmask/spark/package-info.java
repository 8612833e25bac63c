@NullMarked
package dev.unmask.spark;

import org.jspecify.annotations.NullMarked;
