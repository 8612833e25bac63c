/// Where pictures come from: files, folders, globs, lists, tar files.
@NullMarked
package dev.unmask.job.source;

import org.jspecify.annotations.NullMarked;
