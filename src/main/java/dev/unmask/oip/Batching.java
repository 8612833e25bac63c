package dev.unmask.oip;

import java.time.Duration;

/// How rows are batched here, for clients that ask.
///
/// @param maxRows of one batch
/// @param maxDelay that a row waits for company
/// @param queueRows that may wait, and so that one request may have
/// @param lanes batches that run at a time
/// @param gpu whether they run on one
public record Batching(int maxRows, Duration maxDelay, int queueRows, int lanes, boolean gpu) {}
