/// What commands here and those of the Spark job have in common: options, and how they are taken.
@NullMarked
package dev.unmask.cli.options;

import org.jspecify.annotations.NullMarked;
