/// `unmask bench`: loads a server over HTTP, runs a model without one, and compares the two.
@NullMarked
package dev.unmask.cli.bench;

import org.jspecify.annotations.NullMarked;
