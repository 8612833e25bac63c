/// Options that commands here and those of the Spark job have in common.
@NullMarked
package dev.unmask.cli.options;

import org.jspecify.annotations.NullMarked;
