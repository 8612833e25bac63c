"""Tables that `unmask embed` writes, read as their users read them: pyarrow, DuckDB, NumPy, JSON."""

import json
import subprocess
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parent.parent.parent
PHOTOS = ["chelsea.jpg", "coffee.jpg", "rocket.jpg"]
BROKEN = "broken.jpg"  # first in the order of names
COLUMNS = ["id", "embedding", "width", "height", "sha256", "model", "error"]
DTYPES = {"float32": (pa.float32(), np.float32), "float16": (pa.float16(), np.float16)}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Three photos, and a file that is none."""
    folder = tmp_path_factory.mktemp("pictures")
    for name in PHOTOS:
        (folder / name).write_bytes((ROOT / "photos" / name).read_bytes())
    (folder / BROKEN).write_bytes(b"not a picture")
    return folder


@pytest.fixture(scope="session", params=DTYPES)
def tables(request, pictures, tmp_path_factory):
    """The same rows in each format, by suffix."""
    out = tmp_path_factory.mktemp(request.param)
    for suffix in ["parquet", "npy", "jsonl"]:
        unmask("embed", pictures, "--dtype", request.param, "--out", out / f"x.{suffix}")
    return Tables(out, *DTYPES[request.param])


class Tables:
    """Where the tables are, and the type of their embeddings to Arrow and to NumPy."""

    def __init__(self, folder, arrow, numpy):
        self.folder, self.arrow, self.numpy = folder, arrow, numpy

    @property
    def parquet(self):
        return self.folder / "x.parquet"

    @property
    def array(self):
        return np.load(self.folder / "x.npy" / "part-00000.npy")

    @property
    def lines(self):
        return read_lines(self.folder / "x.jsonl" / "part-00000.jsonl")


def unmask(*arguments):
    """Exit code 1: one of the pictures is broken."""
    done = subprocess.run([ROOT / "unmask", *arguments], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr


def read_lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_pyarrow_reads_lists_of_a_fixed_size(tables):
    table = pq.read_table(tables.parquet)
    assert table.column_names == COLUMNS
    width = tables.array.shape[1]
    assert table.schema.field("embedding").type == pa.list_(pa.field("element", tables.arrow, nullable=False), width)
    assert not table.schema.field("id").nullable
    assert not table.schema.field("embedding").nullable  # which pyarrow before 26 could not read
    assert table.schema.field("error").nullable


def test_a_picture_that_failed_is_a_row_of_gaps_with_its_error(tables):
    broken, *good = pq.read_table(tables.parquet).to_pylist()
    assert Path(broken["id"]).name == BROKEN
    assert broken["error"]
    assert broken["model"]
    assert np.isnan(broken["embedding"]).all()
    assert broken["width"] is broken["height"] is None
    assert [Path(row["id"]).name for row in good] == PHOTOS
    assert all(row["error"] is None and len(row["sha256"]) == 64 for row in good)


def test_parquet_and_numpy_hold_the_same_numbers(tables):
    embeddings = pq.read_table(tables.parquet)["embedding"].combine_chunks()
    array = tables.array
    assert array.dtype == tables.numpy
    assert array.shape == (4, embeddings.type.list_size)
    assert np.isnan(array[0]).all()
    assert np.isfinite(array[1:]).all()
    np.testing.assert_array_equal(embeddings.flatten().to_numpy(zero_copy_only=False).reshape(4, -1), array)


def test_json_lines_hold_the_same_rows(tables):
    rows = pq.read_table(tables.parquet).to_pylist()
    assert [list(line) for line in tables.lines] == [COLUMNS] * 4
    for line, row, vector in zip(tables.lines, rows, tables.array, strict=True):
        assert {**line, "embedding": None} == {**row, "embedding": None}
        if line["embedding"]:
            np.testing.assert_array_equal(np.array(line["embedding"], tables.numpy), vector)


def test_the_lines_beside_an_array_are_the_rows_without_it(tables):
    beside = read_lines(tables.folder / "x.npy" / "part-00000.ids.jsonl")
    assert beside == [{k: v for k, v in line.items() if k != "embedding"} for line in tables.lines]


def test_duckdb_reads_parquet(tables):
    shards = tables.parquet / "*.parquet"
    rows = duckdb.sql(f"SELECT embedding FROM '{shards}' WHERE error IS NULL").fetchall()
    np.testing.assert_array_equal(np.array([row[0] for row in rows], tables.numpy), tables.array[1:])
    failed = duckdb.sql(f"SELECT id, isnan(embedding[1]) FROM '{shards}' WHERE error IS NOT NULL").fetchall()
    assert [(Path(name).name, empty) for name, empty in failed] == [(BROKEN, True)]


def test_duckdb_reads_json_lines(tables):
    shards = tables.folder / "x.jsonl" / "*.jsonl"
    assert duckdb.sql(f"SELECT count(*), count(embedding) FROM '{shards}'").fetchall() == [(4, 3)]


def test_numpy_would_have_written_the_same_array(tables, tmp_path):
    np.save(tmp_path / "saved.npy", tables.array)
    ours = tables.folder / "x.npy" / "part-00000.npy"
    assert (tmp_path / "saved.npy").read_bytes() == ours.read_bytes()


def test_a_filter_by_error_is_pushed_down(tables):
    failed = ds.dataset(tables.parquet).to_table(columns=["id"], filter=ds.field("error").is_valid())
    assert failed.num_rows == 1
