/// The `/v1` routes and how refusals are rendered: doors translate, they never decide.
@NullMarked
package dev.unmask.web;

import org.jspecify.annotations.NullMarked;
