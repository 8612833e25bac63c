package dev.unmask.ort;

/// How one model uses a card.
///
/// Two lanes, so that one lays rows out and copies them while the other computes; each has the weights once more.
/// Batches are as large as a queue fills them: a card gains from every row until it is full.
///
/// @param lanes of each card
/// @param maxRows of one batch
/// @param maxTokens of one batch, rows x (1 + kept patches); what its memory is laid out for
public record CardPlan(int lanes, int maxRows, int maxTokens) {

    private static final int LANES = 2;
    private static final int ROWS = 128;
    private static final int TOKENS = 1 << 16;

    /// The plan for each card; lanes, rows and tokens are chosen where they are 0.
    ///
    /// @param queueRows that may wait, and so that a batch can have
    public static CardPlan of(int lanes, int maxRows, int maxTokens, int queueRows) {
        return new CardPlan(
                lanes == 0 ? LANES : lanes,
                maxRows == 0 ? Math.min(ROWS, queueRows) : maxRows,
                maxTokens == 0 ? TOKENS : maxTokens);
    }
}
