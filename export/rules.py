"""Rewrites of exported graphs, each for a reason of its own."""

import numpy as np
import onnx_ir as ir
from onnxscript.rewriter.pattern import RewriteRuleClassBase

VECTOR = 4  # numbers that a processor adds at once, in ONNX Runtime as it is published


class PackedAttention(RewriteRuleClassBase):
    """The projection to q, k and v, its split and the attention over them: one node of ONNX Runtime for all of it."""

    def pattern(self, op, x, weight, bias, num_heads):
        qkv = op.Add(op.MatMul(x, weight), bias)
        q, k, v = op.Split(qkv, _allow_other_inputs=True, _outputs=3)
        return op.MultiHeadAttention(q, k, v, num_heads=num_heads, _domain="com.microsoft")

    def rewrite(self, op, x, weight, bias, num_heads):
        return op.Attention(x, weight, bias, num_heads=num_heads, _domain="com.microsoft")


class BarePackedAttention(RewriteRuleClassBase):
    """The same of a model whose projection has no bias."""

    def pattern(self, op, x, weight, num_heads):
        q, k, v = op.Split(op.MatMul(x, weight), _allow_other_inputs=True, _outputs=3)
        return op.MultiHeadAttention(q, k, v, num_heads=num_heads, _domain="com.microsoft")

    def rewrite(self, op, x, weight, num_heads):
        bias = op.initializer(ir.tensor(np.zeros(weight.shape[1], np.float32)), name=f"{weight.name}.bias")
        return op.Attention(x, weight, bias, num_heads=num_heads, _domain="com.microsoft")


class Mean(RewriteRuleClassBase):
    """The mean of the patch tokens as a matrix product, for which a row alone and a row of a batch are the same sum.

    ONNX Runtime's own mean adds in another order when there is one row, and the last bits of an answer would tell
    whether it had company; on a card it would need cuDNN.
    """

    def pattern(self, op, x, axes):
        return op.ReduceMean(x, axes, keepdims=0, _allow_other_attributes=True)

    def check(self, context, x, axes):
        return axes.const_value is not None and axes.const_value.numpy().tolist() == [1]

    def rewrite(self, op, x, axes):  # (B, K, D) -> (B, D)
        shape = op.Concat(op.Shape(x, start=0, end=1), axes, op.Shape(x, start=1, end=2), axis=0)  # axes, too, is [1]
        equal = op.Expand(op.initializer(ir.tensor([0.0], name="zero")), shape)
        return op.Squeeze(op.MatMul(op.Softmax(equal, axis=-1), x), axes)  # 1 / K each, made where it is used


class OddMean(RewriteRuleClassBase):
    """The mean over the last axis as a matrix product, where that axis is no whole number of a processor's vectors.

    ONNX Runtime's own mean adds the numbers in front of a vector's border one by one, and how many these are depends on
    how many rows stand before.
    """

    def pattern(self, op, x, axes):
        return op.ReduceMean(x, axes, _allow_other_attributes=True, _outputs=["mean"])

    def check(self, context, x, axes, mean):
        return axes.const_value.numpy().tolist() in ([-1], [len(x.shape) - 1]) and x.shape[-1] % VECTOR != 0

    def rewrite(self, op, x, axes, mean):  # (..., X) -> (...) or (..., 1)
        X = x.shape[-1]
        shares = op.initializer(ir.tensor(np.full((X, 1), 1 / X, np.float32)), name=f"{mean.name}.shares")
        product = op.MatMul(x, shares)
        return product if mean.producer().attributes.get_int("keepdims", 1) else op.Squeeze(product, axes)


class Rows(RewriteRuleClassBase):
    """Where each row begins in a flat index: Range, which takes sizes from the host, counts in steps of a row."""

    def pattern(self, op, first, rows, one, axes, step):
        return op.Mul(op.Unsqueeze(op.Range(first, rows, one), axes), step)

    def check(self, context, first, rows, one, axes, step):
        return first.const_value.numpy() == 0 and one.const_value.numpy() == 1

    def rewrite(self, op, first, rows, one, axes, step):
        return op.Unsqueeze(op.Range(first, op.Mul(rows, step), step), axes)


class Cap(RewriteRuleClassBase):
    """Numbers cut off at a size: Clip would have the size copied to the card, Range makes it there."""

    def pattern(self, op, x, size):
        return op.Clip(x, None, size)

    def rewrite(self, op, x, size):
        one = op.initializer(ir.tensor(np.int64(1), name="one"))
        return op.Min(x, op.Range(size, op.Add(size, one), one))


class Bytes(RewriteRuleClassBase):
    """The colours' mean and deviation as part of the first projection, which then takes the bytes as they are.

    They are exact in 16 bits, which normalised values are not.
    """

    def pattern(self, op, raw, levels, mean, std, weight, bias):
        values = op.Div(op.Sub(op.Div(op.Cast(raw, to=ir.DataType.FLOAT), levels), mean), std)
        return op.Add(op.MatMul(values, weight), bias)

    def rewrite(self, op, raw, levels, mean, std, weight, bias):  # weight (P * P * C, D)
        a, b, m, s, n = (v.const_value.numpy().astype(np.float64) for v in (weight, bias, mean, std, levels))
        scaled = op.initializer(ir.tensor((a / (n * s)[:, None]).astype(np.float32)), name=f"{weight.name}.bytes")
        shifted = op.initializer(ir.tensor((b - (m / s) @ a).astype(np.float32)), name=f"{bias.name}.bytes")
        wide = op.Cast(raw, to=ir.DataType.FLOAT)
        product = op.MatMul(wide, scaled)
        wide.dtype = product.dtype = ir.DataType.FLOAT
        return op.Add(product, shifted)


class Levels(RewriteRuleClassBase):
    """Values to bytes in two passes: QuantizeLinear divides, rounds to even and cuts off at the ends of the scale.

    For cards: on a processor it takes far longer than the passes that it replaces.
    """

    def pattern(self, op, values, std, mean, levels, low, high):
        scaled = op.Mul(op.Add(op.Mul(values, std), mean), levels)
        return op.Cast(op.Clip(op.Round(scaled), low, high), to=ir.DataType.UINT8)

    def rewrite(self, op, values, std, mean, levels, low, high):
        s, m, n = (v.const_value.numpy().astype(np.float64) for v in (std, mean, levels))
        above = op.initializer(ir.tensor((m / s).astype(np.float32)), name=f"{mean.name}.levels")
        step = op.initializer(ir.tensor((1 / (n * s)).astype(np.float32)), name=f"{std.name}.levels")
        moved = op.Add(values, above)
        moved.dtype = ir.DataType.FLOAT
        return op.QuantizeLinear(moved, step, axis=-1)
