"""The command line: `unmask export [convert] CHECKPOINT --name NAME`, `unmask export init`, `unmask export known`."""

import argparse
import os
import re
import sys
from pathlib import Path

from export import Refusal, known

TYPES = ("fp32", "fp16", "bf16", "trt")  # as export.graphs has them, which takes its time to load
COMMANDS = ("convert", "init", "known")
SIZES = ("side", "patch", "channels", "width", "depth", "heads", "mlp")
DECODER_SIZES = ("decoder_width", "decoder_depth", "decoder_heads", "decoder_mlp")


class Parser(argparse.ArgumentParser):
    """argparse, whose complaints are one line."""

    def error(self, message):
        self.exit(2, f"error: {message}; see {self.prog} --help\n")


def name(text):
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", text):
        raise argparse.ArgumentTypeError(
            f"name {text!r} is not 1 to 64 of a-z 0-9 . _ - with a letter or digit in front"
        )
    return text


def positive(text):
    if not re.fullmatch(r"0*[1-9]\d{0,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 999999")
    return int(text)


def seed(text):
    if not re.fullmatch(r"\d{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 to 18 digits")
    return int(text)


def grid(text):
    match = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not ROWSxCOLUMNS, such as 14x14")
    return int(match[1]), int(match[2])


def variants(text):
    wanted = text.split(",")
    if unknown := [type for type in wanted if type not in TYPES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is not one of {', '.join(TYPES)}")
    return tuple(type for type in TYPES if type == "fp32" or type in wanted)


def numbers(text):
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not numbers with commas between") from error


def parser():
    top = Parser(
        prog="unmask export",
        description="Turns a PyTorch checkpoint of a masked autoencoder into a bundle that is served without Python.",
        epilog="`unmask export CHECKPOINT --name NAME` is short for `unmask export convert CHECKPOINT --name NAME`.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="{convert,init,known}")

    convert = commands.add_parser("convert", help="checkpoint -> bundle")
    convert.add_argument("checkpoint", type=Path, help="a .pth file, or a Hugging Face folder with its config.json")
    convert.add_argument("--name", required=True, type=name, help="what the bundle is called")
    convert.add_argument("--out", type=Path, default=Path("onnx"), help="folder of bundles (default: %(default)s)")
    convert.add_argument("--force", action="store_true", help="replace a bundle of the same name")
    convert.add_argument("--license", help="licence of the weights, where the checkpoint is not a published one")
    convert.add_argument(
        "--variants",
        type=variants,
        default=TYPES,
        metavar="TYPE,...",
        help="in what the graphs compute, besides fp32: fp16 and bf16 on a card, trt (fp16) by TensorRT;"
        " they share the weights (default: fp16,bf16,trt)",
    )
    told = convert.add_argument_group("what a checkpoint may not tell itself")
    told.add_argument("--flavour", choices=["visualize", "full"], help="trained on pixels, or on normalised pixels")
    told.add_argument("--heads", type=positive, help="attention heads of the encoder")
    told.add_argument("--decoder-heads", type=positive, help="attention heads of the decoder")
    told.add_argument("--grid", type=grid, metavar="ROWSxCOLUMNS", help="patches, where they are no square")
    told.add_argument("--preprocess", choices=["demo", "eval", "hf", "none"], help="how a picture gets its size")
    told.add_argument("--mean", type=numbers, metavar="R,G,B", help="pixel mean, of values in 0..1")
    told.add_argument("--std", type=numbers, metavar="R,G,B", help="pixel standard deviation")
    told.add_argument("--labels", type=Path, metavar="FILE", help="names of the classes, one per line")
    convert.set_defaults(run=run_convert)

    init = commands.add_parser(
        "init",
        help="a checkpoint with random weights",
        description="Writes a checkpoint with random weights, initialised as the paper's code does.",
    )
    init.add_argument("arch", nargs="?", choices=known.ARCHITECTURES, metavar="ARCH", help="%(choices)s")
    init.add_argument("--out", required=True, type=Path, help="the file to write")
    init.add_argument("--force", action="store_true", help="overwrite it")
    init.add_argument("--seed", type=seed, default=0, help="of the random weights (default: %(default)s)")
    init.add_argument("--flavour", choices=["visualize", "full", "encoder", "classifier"], default="visualize")
    init.add_argument("--classes", type=positive, default=1000, help="of a classifier (default: %(default)s)")
    init.add_argument("--pool", choices=["mean", "cls"], default="mean", help="what a classifier's head sees")
    sizes = init.add_argument_group("dimensions other than the architecture's")
    sizes.add_argument("--grid", type=grid, metavar="ROWSxCOLUMNS", help="patches, in place of --side")
    for size in SIZES + DECODER_SIZES:
        sizes.add_argument("--" + size.replace("_", "-"), type=positive, metavar="N")
    init.set_defaults(run=run_init)

    listed = commands.add_parser("known", help="the published checkpoints, and what each of them can do")
    listed.add_argument("--json", action="store_true", help="for programs")
    listed.set_defaults(run=run_known)
    return top


def run_convert(args):
    from export import bundle, checkpoint

    print(f"reading {args.checkpoint}", file=sys.stderr)
    found = checkpoint.read(
        args.checkpoint,
        flavour=args.flavour,
        heads=args.heads,
        decoder_heads=args.decoder_heads,
        grid=args.grid,
        preprocess=args.preprocess,
        mean=args.mean,
        std=args.std,
        labels=read_labels(args.labels) if args.labels else None,
    )
    print(bundle.convert(found, args.name, args.out, found.preprocess, args.license, args.force, types=args.variants))


def read_labels(path):
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise Refusal(f"{path} is not UTF-8 text") from error


def run_init(args):
    from export import init

    sizes = {size: getattr(args, size) for size in SIZES + DECODER_SIZES}
    config = init.configure(
        args.arch, grid=args.grid, flavour=args.flavour, classes=args.classes, pool=args.pool, **sizes
    )
    count = init.write(config, args.out, arch=args.arch, flavour=args.flavour, seed=args.seed, force=args.force)
    print(f"{args.out}: {count:,} parameters", file=sys.stderr)


def run_known(args):
    print(known.as_json() if args.json else known.table())


def main(argv=None):
    argv = list(sys.argv[1:] if argv is None else argv)
    if argv[:1] == ["--known"]:
        argv[0] = "known"
    elif argv and argv[0] not in (*COMMANDS, "-h", "--help"):
        argv.insert(0, "convert")
    args = parser().parse_args(argv)
    try:
        args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our answer has heard enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return complain(f"{where}{error.strerror.lower() if error.strerror else error}")
    except Refusal as refusal:
        return complain(refusal)
    return 0


def complain(message):
    print(f"error: {message}", file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())
