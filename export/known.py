"""Every published MAE checkpoint in one list, and the shapes that go by a name."""

import json

UPSTREAM = "https://dl.fbaipublicfiles.com/mae/"
HUB = "https://huggingface.co/facebook/"
ISSUE = "not in the authors' README; named in their issue {}"
HUB_NOTE = "likely the visualize weights, eps 1e-12, bilinear resizing"
DISPUTED = "Apache-2.0 by its card, CC-BY-NC-4.0 upstream"  # the model card and the authors' repository disagree

CAN = {
    "visualize": "reconstruct, anomaly, embed; it has no head, so it cannot classify",
    "full": "embed, anomaly; its reconstructions can be shown only with the original's patch statistics",
    "encoder": "embed; it has neither decoder nor head, so it cannot reconstruct, find anomalies or classify",
    "classifier": "classify, embed; it has no decoder, so it cannot reconstruct or find anomalies",
}

# of float32 weights, counted from the parameters
MEGABYTES = {
    "visualize": {"base": 448, "large": 1318, "huge": 2628},
    "full": {"base": 448, "large": 1318, "huge": 2628},
    "encoder": {"base": 343, "large": 1213, "huge": 2523},
    "classifier": {"base": 346, "large": 1217, "huge": 2528},
}

# side, patch, (width, depth, heads) of the encoder, (width, depth, heads) of the decoder
ARCHITECTURES = {
    "mae_vit_tiny_patch16": (224, 16, (192, 12, 3), (128, 4, 4)),
    "mae_vit_base_patch16": (224, 16, (768, 12, 12), (512, 8, 16)),
    "mae_vit_large_patch16": (224, 16, (1024, 24, 16), (512, 8, 16)),
    "mae_vit_huge_patch14": (224, 14, (1280, 32, 16), (512, 8, 16)),
}

ARCHITECTURES |= {name + "_dec512d8b": ARCHITECTURES[name] for name in list(ARCHITECTURES)[1:]}  # their second names

# attention heads by width, where a checkpoint does not tell them
HEADS = {192: 3, 384: 6, 768: 12, 1024: 16, 1280: 16}
DECODER_HEADS = {128: 4, 512: 16}


def entry(where, size, flavour, note, license="CC-BY-NC-4.0"):
    return {
        "name": where.rsplit("/", 1)[1],
        "where": where,
        "flavour": flavour,
        "size": size,
        "megabytes": MEGABYTES[flavour][size],
        "can": CAN[flavour],
        "license": license,
        "note": note,
    }


CHECKPOINTS = [
    entry(UPSTREAM + "visualize/mae_visualize_vit_base.pth", "base", "visualize", ISSUE.format(3)),
    entry(UPSTREAM + "visualize/mae_visualize_vit_large.pth", "large", "visualize", "the model of the demo notebook"),
    entry(UPSTREAM + "visualize/mae_visualize_vit_huge.pth", "huge", "visualize", ISSUE.format(3)),
    entry(UPSTREAM + "visualize/mae_visualize_vit_large_ganloss.pth", "large", "visualize", "with a GAN loss: sharper"),
    entry(HUB + "vit-mae-base", "base", "visualize", HUB_NOTE, DISPUTED),
    entry(HUB + "vit-mae-large", "large", "visualize", HUB_NOTE, DISPUTED),
    entry(HUB + "vit-mae-huge", "huge", "visualize", HUB_NOTE, DISPUTED),
    entry(UPSTREAM + "pretrain/mae_pretrain_vit_base_full.pth", "base", "full", ISSUE.format(8)),
    entry(UPSTREAM + "pretrain/mae_pretrain_vit_large_full.pth", "large", "full", ISSUE.format(8)),
    entry(UPSTREAM + "pretrain/mae_pretrain_vit_huge_full.pth", "huge", "full", ISSUE.format(8)),
    entry(UPSTREAM + "pretrain/mae_pretrain_vit_base.pth", "base", "encoder", "md5 8cad7c…"),
    entry(UPSTREAM + "pretrain/mae_pretrain_vit_large.pth", "large", "encoder", "md5 b8b06e…"),
    entry(UPSTREAM + "pretrain/mae_pretrain_vit_huge.pth", "huge", "encoder", "md5 9bdbb0…"),
    entry(UPSTREAM + "finetune/mae_finetuned_vit_base.pth", "base", "classifier", "top-1 83.664 %, md5 1b25e9…"),
    entry(UPSTREAM + "finetune/mae_finetuned_vit_large.pth", "large", "classifier", "top-1 85.952 %, md5 51f550…"),
    entry(UPSTREAM + "finetune/mae_finetuned_vit_huge.pth", "huge", "classifier", "top-1 86.928 %, md5 2541f2…"),
]


def license_of(file):
    """The licence of a checkpoint published under this file or folder name, or None."""
    return next((known["license"] for known in CHECKPOINTS if known["name"] == file), None)


def table():
    """The list, grouped by what a checkpoint can do, in lines of at most 120 characters."""
    lines = ["The published checkpoints of masked autoencoders. MB: float32, counted from the parameters."]
    for flavour, can in CAN.items():
        lines += ["", f"{flavour}: {can}"]
        for known in CHECKPOINTS:
            if known["flavour"] == flavour:
                lines.append(f"  {known['where']:<82} {known['megabytes']:>5} MB")
                lines.append(f"      {known['license']}; {known['note']}")
    lines += [
        "",
        "visualize and full have the same tensors: one was trained on pixels, one on pixels normalised per patch.",
        "A .pth file is converted as it is; of a repository on the Hub, give the folder it was cloned to.",
    ]
    return "\n".join(lines)


def as_json():
    return json.dumps(CHECKPOINTS, indent=2, ensure_ascii=False)
