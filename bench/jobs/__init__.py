"""Jobs over many pictures: `unmask embed` beside the bare model, PyTorch, Hugging Face's pipeline, and Spark."""
