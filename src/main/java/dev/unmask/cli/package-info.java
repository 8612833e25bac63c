/// The command line: chooses, wires, prints.
@NullMarked
package dev.unmask.cli;

import org.jspecify.annotations.NullMarked;
