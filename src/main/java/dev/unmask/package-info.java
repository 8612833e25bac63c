/// The words every package speaks: tensors, patches, masks, models and refusals. Depends on java.base alone.
@NullMarked
package dev.unmask;

import org.jspecify.annotations.NullMarked;
