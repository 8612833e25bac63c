/// What every door has: a request while it is served, who watches it, its options and its refusals; and the plumbing of
/// HTTP, which two doors share.
@NullMarked
package dev.unmask.door;

import org.jspecify.annotations.NullMarked;
