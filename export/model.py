"""A masked autoencoder (He et al. 2021, arXiv 2111.06377) in plain PyTorch, weights named as the published ones are.

B pictures, C channels, N patches, K kept patches, T tokens, D encoder width, E decoder width, P patch side.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

ACTIVATIONS = {
    "gelu": F.gelu,  # exact, by the error function
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "relu": F.relu,
    "silu": F.silu,
}


@dataclass(frozen=True)
class Stack:
    """The shape of a row of transformer blocks."""

    width: int
    depth: int
    heads: int
    mlp: int  # width of the hidden layer, 4 * width as published


@dataclass(frozen=True)
class Config:
    """Everything that decides which tensors a model has and how they are used."""

    height: int  # pixels
    width: int
    patch: int
    channels: int
    encoder: Stack
    decoder: Stack | None = None
    classes: int = 0  # none: not a classifier
    pool: str | None = None  # what a classifier's head sees: "mean" of the patch tokens, or the "cls" token
    probe: bool = False  # the head is a linear probe: a BatchNorm without weights stands before it
    eps: float = 1e-6  # of every LayerNorm
    activation: str = "gelu"
    qkv_bias: bool = True

    @property
    def grid(self):
        return self.height // self.patch, self.width // self.patch  # rows, columns

    @property
    def patches(self):
        rows, columns = self.grid
        return rows * columns

    @property
    def pixels_per_patch(self):
        return self.patch * self.patch * self.channels

    @property
    def final_norm(self):
        """Where the last norm stands: on all "tokens", or (global pool) only on the "pooled" mean."""
        return "pooled" if self.pool == "mean" else "tokens"


def gather(rows, ids):  # (B, N, X), (B, K) -> (B, K, X), through one flat index
    B, N, X = rows.shape
    start = torch.arange(B, device=ids.device)[:, None] * N
    return rows.reshape(B * N, X).index_select(0, (ids + start).reshape(-1)).reshape(B, ids.shape[1], X)


def prepend(first, rows):  # (1, 1, ...), (B, K, ...) -> (B, 1 + K, ...)
    """One more row in front of each picture's, as the end of two tensors of one size.

    On CUDA, ONNX Runtime copies sizes that differ from the host at each run, from memory that is not kept for a
    captured graph.
    """
    return torch.cat([first.expand_as(rows), rows], 1)[:, rows.shape[1] - 1 :]


def keep_count(patches, ratio):
    """How many patches stay visible: truncated, in double arithmetic, as the original code does."""
    return int(patches * (1 - ratio))


def shuffle(noise, keep):
    """Which patches the noise keeps: the `keep` smallest, in a stable ascending order.

    (B, N) -> ids_keep (B, K), ids_restore (B, N), mask (B, N) with 1 where hidden
    """
    order = torch.argsort(noise, dim=1, stable=True)
    ids_restore = torch.argsort(order, dim=1)
    return order[:, :keep], ids_restore, (ids_restore >= keep).to(torch.uint8)


def normalize_patches(patches):
    """What norm_pix_loss trains for: every patch with its own mean and unbiased variance."""
    count, centred = patches.shape[-1], patches - patches.mean(-1, keepdim=True)
    variance = centred.square().mean(-1, keepdim=True) * count / (count - 1)
    return centred / (variance + 1e-6).sqrt()


def patch_error(predicted, original, normalized):
    """Mean squared error of every patch, hidden or not: (B, N, P * P * C) twice -> (B, N)."""
    target = normalize_patches(original) if normalized else original
    return (predicted - target).square().mean(-1)


def masked_mean(error, mask):  # (B, N), (B, N) -> (B,), NaN where nothing is hidden
    mask = mask.to(error.dtype)
    return (error * mask).sum(1) / mask.sum(1)


class Attention(nn.Module):
    def __init__(self, width, heads, qkv_bias):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=qkv_bias)
        self.proj = nn.Linear(width, width)

    def forward(self, x):  # (B, T, D) -> (B, T, D)
        B, T, D = x.shape
        q, k, v = (y.reshape(B, T, self.heads, D // self.heads).transpose(1, 2) for y in self.qkv(x).chunk(3, dim=-1))
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, T, D))


class Mlp(nn.Module):
    def __init__(self, width, hidden, activation):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.activation = ACTIVATIONS[activation]
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(self.activation(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, stack, config):
        super().__init__()
        self.norm1 = nn.LayerNorm(stack.width, eps=config.eps)
        self.attn = Attention(stack.width, stack.heads, config.qkv_bias)
        self.norm2 = nn.LayerNorm(stack.width, eps=config.eps)
        self.mlp = Mlp(stack.width, stack.mlp, config.activation)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    """Projects patches; published as a convolution, computed as the matrix product that it is."""

    def __init__(self, patch, channels, width):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, patch)

    def forward(self, patches):  # (B, K, P * P * C) -> (B, K, D)
        weight = self.proj.weight.permute(0, 2, 3, 1).flatten(1)  # (D, C, P, P) -> (D, P * P * C)
        return F.linear(patches, weight, self.proj.bias)


class Mae(nn.Module):
    """Encoder, and as far as the config has them: decoder, classifier head."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        encoder, decoder = config.encoder, config.decoder
        self.patch_embed = PatchEmbed(config.patch, config.channels, encoder.width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, encoder.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + config.patches, encoder.width), requires_grad=False)
        self.blocks = nn.ModuleList(Block(encoder, config) for _ in range(encoder.depth))
        if config.final_norm == "pooled":
            self.fc_norm = nn.LayerNorm(encoder.width, eps=config.eps)
        else:
            self.norm = nn.LayerNorm(encoder.width, eps=config.eps)
        if decoder:
            table = torch.zeros(1, 1 + config.patches, decoder.width)
            self.decoder_embed = nn.Linear(encoder.width, decoder.width)
            self.mask_token = nn.Parameter(torch.zeros(1, 1, decoder.width))
            self.decoder_pos_embed = nn.Parameter(table, requires_grad=False)
            self.decoder_blocks = nn.ModuleList(Block(decoder, config) for _ in range(decoder.depth))
            self.decoder_norm = nn.LayerNorm(decoder.width, eps=config.eps)
            self.decoder_pred = nn.Linear(decoder.width, config.pixels_per_patch)
        if config.classes:
            self.head = nn.Linear(encoder.width, config.classes)
        if config.probe:
            self.head = nn.Sequential(nn.BatchNorm1d(encoder.width, affine=False, eps=1e-6), self.head)

    def patchify(self, pixels, channels_last=False):
        """(B, C, H, W), or (B, H, W, C) channels last -> (B, N, P * P * C): rows first, channel last inside a patch."""
        B, (rows, columns), P, C = pixels.shape[0], self.config.grid, self.config.patch, self.config.channels
        if channels_last:
            patches = pixels.reshape(B, rows, P, columns, P, C).permute(0, 1, 3, 2, 4, 5)
        else:
            patches = pixels.reshape(B, C, rows, P, columns, P).permute(0, 2, 4, 3, 5, 1)
        return patches.reshape(B, rows * columns, P * P * C)

    def unpatchify(self, patches):
        """(B, N, P * P * C) -> (B, H, W, C)"""
        B, (rows, columns), P, C = patches.shape[0], self.config.grid, self.config.patch, self.config.channels
        return patches.reshape(B, rows, columns, P, P, C).permute(0, 1, 3, 2, 4, 5).reshape(B, rows * P, columns * P, C)

    def encode(self, pixels, ids_keep):
        """(B, C, H, W), (B, K) -> latent (B, 1 + K, D), cls (B, D), mean (B, D); only the kept patches are touched."""
        return self.encode_patches(gather(self.patchify(pixels), ids_keep), ids_keep)

    def encode_patches(self, patches, ids_keep=None):
        """The kept patches (B, K, P * P * C) and where they stand; without ids: all of them in order."""
        x = self.with_position(self.patch_embed(patches), ids_keep)
        x = prepend(self.cls_token + self.pos_embed[:, :1], x)
        for block in self.blocks:
            x = block(x)
        if self.config.final_norm == "pooled":
            return x, x[:, 0], self.fc_norm(x[:, 1:].mean(1))
        x = self.norm(x)
        return x, x[:, 0], x[:, 1:].mean(1)

    def with_position(self, tokens, ids_keep=None):  # (B, K, D), (B, K) -> (B, K, D)
        table = self.pos_embed[:, 1:]
        return tokens + (table if ids_keep is None else F.embedding(ids_keep, table[0]))

    def decode(self, latent, ids_restore):  # (B, 1 + K, D), (B, N) -> (B, N, P * P * C)
        x = self.decoder_input(latent, ids_restore)
        for block in self.decoder_blocks:
            x = block(x)
        return self.decoder_pred(self.decoder_norm(x)[:, 1:])

    def decoder_input(self, latent, ids_restore):  # (B, 1 + K, D), (B, N) -> (B, 1 + N, E)
        """Every token back in its place, the mask token where a patch is hidden, position added."""
        B, T, _ = latent.shape
        x = torch.cat([self.decoder_embed(latent), self.mask_token.expand(B, T, -1)], 1)  # cls, kept, mask T times
        ids = prepend(ids_restore.new_zeros(1, 1), 1 + ids_restore.clamp(max=T - 1))
        return gather(x, ids) + self.decoder_pos_embed

    def classify(self, pixels):  # (B, C, H, W) -> (B, classes)
        return self.classify_patches(self.patchify(pixels))

    def classify_patches(self, patches):  # (B, N, P * P * C) -> (B, classes)
        _, cls, mean = self.encode_patches(patches)
        return self.head(mean if self.config.pool == "mean" else cls)

    def patch_error(self, pixels, patches, normalized=False):  # (B, C, H, W), (B, N, P * P * C) -> (B, N)
        return patch_error(patches, self.patchify(pixels), normalized)
