/// What the model is for: one class per use case, plain arguments, record results.
@NullMarked
package dev.unmask.task;

import org.jspecify.annotations.NullMarked;
