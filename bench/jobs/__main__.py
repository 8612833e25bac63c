"""Jobs over many pictures, measured beside what they stand on and what people run today.

./unmask python -m bench.jobs --out OUT.json [--model mae-tiny] [--pictures 20000] [--compared 1000] [--rounds 3]

Three parts: who is how fast on `--compared` pictures, in turn, whole processes with their start; what a kill costs;
and whether memory stays flat up to `--pictures`.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench import environment
from bench.jobs import pictures

ROOT = environment.ROOT
DEPTHS = {"mae-tiny": ("mae_vit_tiny_patch16", 8)}  # the bundled model is a shallow one; others: --arch, --depth


def main():
    asked = arguments()
    environment.show("torch", "transformers", "pillow")
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="unmask-jobs-"))
    pictures.make(folder / "all", asked.pictures)
    some = folder / "some"
    link(folder / "all", some, asked.compared)
    report = {"model": asked.model, "compared": asked.compared, "pictures": asked.pictures, "batch": asked.batch}
    report["rates"] = compare(asked, some, folder)
    if "kill" not in asked.skip:
        report["kill"] = kill(asked, some, folder)
    if "memory" not in asked.skip:
        report["memory"] = memory(asked, folder / "all", folder)
    asked.out.write_text(json.dumps(report, indent=1) + "\n")


def arguments():
    parser = argparse.ArgumentParser(prog="bench.jobs", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="the report, as JSON")
    parser.add_argument("--model", default="mae-tiny", help="a bundle")
    parser.add_argument("--arch", help="its architecture, for the others; known of the bundled model")
    parser.add_argument("--depth", type=int)
    parser.add_argument("--pictures", type=int, default=20000, help="of the run whose memory is watched")
    parser.add_argument("--compared", type=int, default=1000, help="of the runs that are compared")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--shard-rows", type=int, default=500)
    parser.add_argument(
        "--folder", type=Path, help="where pictures and tables are kept (default: made and left in /tmp)"
    )
    parser.add_argument("--skip", nargs="*", default=[], help="torch hf spark kill memory")
    asked = parser.parse_args()
    if asked.arch is None:
        asked.arch, asked.depth = DEPTHS[asked.model]
    return asked


def link(source, target, count):
    """The first `count` pictures, in a folder of their own."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for file in sorted(source.rglob("*.jpg"))[:count]:
        os.link(file, target / file.name)


def embed(asked, photos, out):
    words = f"--model {asked.model} --batch {asked.batch} --shard-rows {asked.shard_rows}".split()
    return [ROOT / "unmask", "embed", photos, "--out", out, "--json", "--device", "cpu", *words]


def spark(asked, master, photos, folder):
    words = f"spark --master {master} embed --batch {asked.batch} --shard-rows {asked.shard_rows}".split()
    out, model = folder / "spark.parquet", ROOT / "onnx" / asked.model
    return [ROOT / "unmask", *words, "--in", photos, "--out", out, "--model", model]


def candidates(asked, photos, folder):
    """Each a command that embeds the pictures, by its name."""
    python = [sys.executable, "-m"]
    theirs = [asked.arch, str(asked.depth), photos, folder / "theirs.npy", str(asked.batch)]
    cores = os.cpu_count()
    return {
        "unmask embed": embed(asked, photos, folder / "ours.parquet"),
        "spark, one executor": spark(asked, f"local-cluster[1,{cores},{1024 * cores}]", photos, folder),
        "spark, one a core": spark(asked, f"local-cluster[{cores},1,1024]", photos, folder),
        "torch": [*python, "bench.jobs.torch_loader", *theirs],
        "hf": [*python, "bench.jobs.hf_pipeline", *theirs],
    }


def compare(asked, photos, folder):
    """Pictures a second of each, medians of rounds in turn, and the model alone."""
    every = candidates(asked, photos, folder)
    todo = {name: command for name, command in every.items() if name.split(",")[0] not in asked.skip}
    taken = {name: [] for name in todo}
    alone, inside = [], []
    for _ in range(asked.rounds):
        alone.append(bare(asked, folder))
        for name, command in todo.items():
            for made in ("ours.parquet", "spark.parquet"):
                shutil.rmtree(folder / made, ignore_errors=True)
            begun = time.perf_counter()
            done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
            taken[name].append(time.perf_counter() - begun)
            print(f"{name}: {taken[name][-1]:.1f} s", file=sys.stderr, flush=True)
            if name == "unmask embed":
                inside.append(json.loads(done.stdout))
    return table(asked, taken, statistics.median(alone), inside)


def table(asked, taken, alone, inside):
    rates = {name: asked.compared / statistics.median(seconds) for name, seconds in taken.items()}
    working = statistics.median(run["pictures_per_second"] for run in inside)
    print(f"{asked.compared} pictures, batches of {asked.batch}, medians of {asked.rounds} rounds in turn\n")
    print(f"{'':34}{'pictures/s':>11}{'beside':>8}")
    print(f"{'the model alone, rows ready':34}{alone:11.1f}{1:8.2f}")
    print(f"{'unmask embed, without its start':34}{working:11.1f}{working / alone:8.2f} of the model alone")
    for name, rate in rates.items():
        print(f"{name + ', whole process':34}{rate:11.1f}{rate / rates['unmask embed']:8.2f} of unmask embed")
    last = inside[-1]
    for part in ("read", "decode", "batch"):
        print(f"  {part:8} p50 {last[part]['p50_ms']:8.2f} ms, p99 {last[part]['p99_ms']:8.2f} ms, ", end="")
        print(f"its threads are busy {100 * last[part]['busy']:.0f} %")
    return {"alone": alone, "unmask embed, without its start": working, "whole processes": rates, "parts": last}


def bare(asked, folder):
    """Rows a second of the model alone, on rows that are ready, all threads as in a job."""
    report = folder / "bare.json"
    command = [ROOT / "unmask", "bench", "model", asked.model, "--device", "cpu", "--stage", "encode", "--ratio", "0"]
    command += ["--rows", str(asked.batch), "--cell-seconds", "10", "--json", report]
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True, capture_output=True)
    return json.loads(report.read_text())["results"]["cells"][0]["imagesPerSecond"]


def kill(asked, photos, folder):
    """What a SIGKILL halfway and going on cost, beside an undisturbed run."""
    out = folder / "killed.parquet"
    shutil.rmtree(out, ignore_errors=True)
    command = list(map(str, embed(asked, photos, out)))
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    half = max(1, asked.compared // asked.shard_rows // 2)
    while len(list(out.glob("part-*"))) < half:
        time.sleep(0.05)
    time.sleep(2)  # into the next shard
    process.send_signal(signal.SIGKILL)
    process.wait()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    disturbed = time.perf_counter() - begun
    whole = folder / "whole.parquet"
    shutil.rmtree(whole, ignore_errors=True)
    begun = time.perf_counter()
    subprocess.run(list(map(str, embed(asked, photos, whole))), cwd=ROOT, check=True, capture_output=True)
    undisturbed = time.perf_counter() - begun
    same = all((out / part.name).read_bytes() == part.read_bytes() for part in whole.glob("part-*"))
    print(
        f"\nkilled after {half} of {asked.compared // asked.shard_rows} shards and begun again: {disturbed:.1f} s, ",
        end="",
    )
    print(f"undisturbed {undisturbed:.1f} s: {disturbed - undisturbed:.1f} s lost; the same bytes: {same}")
    return {"disturbed": disturbed, "undisturbed": undisturbed, "same": same}


def memory(asked, photos, folder):
    """Resident memory of one process on its way through all pictures."""
    out = folder / "memory.parquet"
    shutil.rmtree(out, ignore_errors=True)
    process = subprocess.Popen(
        list(map(str, embed(asked, photos, out))), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    seen = {}

    def watch():
        while process.poll() is None:
            rows = asked.shard_rows * len(list(out.glob("part-*")))
            seen[rows] = max(seen.get(rows, 0), resident(process.pid))
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.communicate()
    watcher.join()
    marks = {rows: seen[rows] / 2**20 for rows in (1000, 2000, 5000, 10000, 15000) if rows in seen}
    marks[asked.pictures] = seen[max(seen)] / 2**20
    print("\nresident memory, MiB: " + ", ".join(f"after {rows} pictures {mib:.0f}" for rows, mib in marks.items()))
    return marks


def resident(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, IndexError):
        return 0


if __name__ == "__main__":
    main()
