/// Many callers, one run: a bounded queue before the lanes that run a model. Knows no engine and no door.
@NullMarked
package dev.unmask.batch;

import org.jspecify.annotations.NullMarked;
