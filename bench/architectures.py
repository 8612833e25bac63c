"""The architectures that are measured, by their short names."""

ARCHITECTURES = {
    "tiny": "mae_vit_tiny_patch16",
    "base": "mae_vit_base_patch16",
    "large": "mae_vit_large_patch16",
    "huge": "mae_vit_huge_patch14",
}
