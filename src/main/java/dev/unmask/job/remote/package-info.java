/// Work that running services do.
@NullMarked
package dev.unmask.job.remote;

import org.jspecify.annotations.NullMarked;
