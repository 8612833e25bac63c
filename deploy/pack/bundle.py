"""A folder that holds all it takes to run on a card: Java, the jars, libraries for one kind of card, models, tests.

It lies as the checkout does, so that commands and tests find photos, models and fixtures in the same places.
"""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from deploy.pack import Refusal, fatbin, natives

FOLDER = Path(__file__).parent / "folder"  # what is only there
FIXTURES = "src/test/resources"
UNUSED = re.compile(
    "ai/onnxruntime/native/"
    "|(aix|darwin|freebsd|win)/.*libzstd|linux/(?!amd64).*libzstd"
    "|org/xerial/snappy/native/(?!Linux/x86_64/)"
    "|org/apache/hadoop/(?!(classification|conf|fs|io|mapreduce|util)/)"  # what Parquet names of it
)


def build(folder, root, libraries, arch, models):
    """Fills `folder`, which is new. `libraries` is what natives.install returned."""
    shutil.copytree(FOLDER, folder)
    for file in ("LICENSE", "deploy/java.options"):
        shutil.copy(root / file, folder)
    for parts, pattern in (("photos", "*.*"), ("export", "*.py"), ("bench", "*.py")):
        _copy(root / parts, folder / parts, pattern)
    for model in models:
        shutil.copytree(model, folder / "onnx" / model.name)
    _jars(root, folder)
    _libraries(libraries, folder / "natives" / libraries.name, arch)
    _tests(root, folder)
    _runtime(root, folder)


def _copy(source, target, pattern):
    for file in sorted(source.rglob(pattern)):
        if file.is_file() and not {"tests", "results", "panels", "__pycache__"} & set(file.relative_to(source).parts):
            to = target / file.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, to)


def _jars(root, folder):
    (folder / "lib").mkdir()
    for jar in [root / "target/unmask.jar", *_needed(root)]:
        _copy_jar(jar, folder / jar.relative_to(root / "target"))
    shutil.copy(root / "target/lib/THIRD-PARTY.txt", folder / "lib")


def _needed(root):
    """The jars that ours names: the folder may hold others, of an earlier build."""
    with zipfile.ZipFile(root / "target/unmask.jar") as jar:
        manifest = jar.read("META-INF/MANIFEST.MF").decode().replace("\r\n ", "")
    (line,) = [line for line in manifest.splitlines() if line.startswith("Class-Path: ")]
    return [root / "target" / name for name in line.split()[1:]]


def _copy_jar(source, target):
    """Without what is unused here, and uncompressed: Java reads it faster, and xz compresses it better."""
    with zipfile.ZipFile(source) as jar, zipfile.ZipFile(target, "w") as copy:
        for name in dict.fromkeys(jar.namelist()):
            if not UNUSED.match(name):
                copy.writestr(zipfile.ZipInfo(name), jar.read(name))


def _libraries(source, target, arch):
    target.mkdir(parents=True)
    for file in source.iterdir():
        if file.name not in (natives.CUDA, natives.TENSORRT):
            shutil.copy(file, target)
    library = bytearray((source / natives.CUDA).read_bytes())
    fatbin.prune(library, arch)
    (target / natives.CUDA).write_bytes(library)


def _tests(root, folder):
    """The compiled tests, what they need beside the service, and their fixtures; not those of every kind of picture."""
    jars = root / "target/test-lib"
    shutil.rmtree(jars, ignore_errors=True)
    maven = ["mvn", "-B", "-ntp", "-q", "-Dspotless.check.skip"]
    # The page is not tested there. AssertJ asks for Byte Buddy only where a test collects its failures.
    unneeded = "-DexcludeGroupIds=com.microsoft,com.deque,com.tngtech,net.bytebuddy"
    _run(root, *maven, "test-compile", "dependency:copy-dependencies", unneeded, f"-DoutputDirectory={jars}")
    _copy(root / "target/test-classes", folder / "tests", "*.class")
    (folder / "lib/tests").mkdir()
    for jar in jars.glob("*.jar"):
        if not (folder / "lib" / jar.name).exists():
            _copy_jar(jar, folder / "lib/tests" / jar.name)
    shutil.copytree(root / FIXTURES, folder / FIXTURES, ignore=shutil.ignore_patterns("images"))


def _runtime(root, folder):
    jars = [folder / "unmask.jar", folder / "tests", *folder.glob("lib/**/*.jar")]
    _run(root, root / "deploy/runtime", folder / "runtime", "zip-0", *jars)
    if shutil.which("strip"):  # 5 MB of names of the JVM's own functions
        _run(root, "strip", "--strip-unneeded", folder / "runtime/lib/server/libjvm.so")


def _run(root, *command):
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Refusal(f"{Path(command[0]).name} failed: {done.stdout.strip()[-1000:]}")
