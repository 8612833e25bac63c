"""How many floating-point operations a picture needs: two for each multiply-add of every matrix product, nothing else.

The same count is in `cli/bench/Flops.java`; both are compared with the same numbers in their tests.
"""

from export.model import keep_count


def block(stack, tokens):
    """One transformer block: q, k, v and the projection behind them, the attention over all pairs, the MLP."""
    D, T = stack.width, tokens
    return 2 * T * D * (4 * D) + 2 * T * T * D * 2 + 2 * T * D * stack.mlp * 2


def encode(config, keep):
    """From the kept patches to the latent; the cls token goes along."""
    D = config.encoder.width
    return 2 * keep * config.pixels_per_patch * D + config.encoder.depth * block(config.encoder, 1 + keep)


def decode(config, keep):
    """From the latent to the pixels of every patch."""
    E, N = config.decoder.width, config.patches
    into, out = 2 * (1 + keep) * config.encoder.width * E, 2 * N * E * config.pixels_per_patch
    return into + config.decoder.depth * block(config.decoder, 1 + N) + out


def stage(name, config, ratio):
    """Of a picture through the encoder ("encode") or through both halves ("reconstruct")."""
    keep = keep_count(config.patches, ratio)
    return encode(config, keep) + (decode(config, keep) if name == "reconstruct" else 0)
