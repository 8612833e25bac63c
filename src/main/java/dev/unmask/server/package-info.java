/// The service: starts, wires, stops. Configuration is read only here.
@NullMarked
package dev.unmask.server;

import org.jspecify.annotations.NullMarked;
