"""From a PyTorch checkpoint of a masked autoencoder to a bundle that is served without Python."""


class Refusal(Exception):
    """A checkpoint, an option or a file that cannot be used; the message says which value and which limit."""
