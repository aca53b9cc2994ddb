"""Steps of client_flow.py: files of a run, up and down."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import mlflow
import numpy as np
import pandas as pd


def listed(flow, path=None):
    files = flow.client.list_artifacts(flow.files_run, path)
    return {file.path: None if file.is_dir else file.file_size or 0 for file in files}


def files(flow):
    """log_artifact(s): nested folders, a name in Unicode, an empty file"""
    source = Path(flow.folder) / "source"
    (source / "a" / "b").mkdir(parents=True)
    (source / "top.txt").write_text("top")
    (source / "a" / "b" / "deep.bin").write_bytes(bytes(range(256)) * 400)
    (source / "a" / "grüße 😀 & 100%.txt").write_text("hi")
    (source / "empty.txt").write_text("")
    with mlflow.start_run(run_name="files") as run:
        flow.files_run = run.info.run_id
        mlflow.log_artifact(str(source / "top.txt"))
        mlflow.log_artifact(str(source / "empty.txt"), "lonely")
        mlflow.log_artifacts(str(source), "all")
        mlflow.log_text("# notes", "docs/notes.md")
        mlflow.log_dict({"a": [1, 2, {"b": None}]}, "conf/settings.json")
        mlflow.log_dict({"a": 1}, "conf/settings.yaml")
    assert listed(flow) == {"all": None, "conf": None, "docs": None, "lonely": None, "top.txt": 3}
    assert listed(flow, "all") == {"all/a": None, "all/empty.txt": 0, "all/top.txt": 3}
    assert listed(flow, "all/a") == {"all/a/b": None, "all/a/grüße 😀 & 100%.txt": 2}
    assert listed(flow, "all/a/b") == {"all/a/b/deep.bin": 102_400}
    assert listed(flow, "top.txt") == {} and listed(flow, "nowhere") == {}


def downloads(flow):
    """download one file, a folder, and everything"""
    target = Path(flow.folder) / "target"
    target.mkdir()
    one = mlflow.artifacts.download_artifacts(f"runs:/{flow.files_run}/docs/notes.md", dst_path=str(target))
    assert Path(one).read_text() == "# notes"
    folder = Path(flow.client.download_artifacts(flow.files_run, "all", str(target)))
    assert (folder / "a" / "b" / "deep.bin").read_bytes() == bytes(range(256)) * 400
    assert (folder / "a" / "grüße 😀 & 100%.txt").read_text() == "hi" and (folder / "empty.txt").read_text() == ""
    everything = Path(mlflow.artifacts.download_artifacts(run_id=flow.files_run, artifact_path="", dst_path=str(target / "x")))
    assert (everything / "lonely" / "empty.txt").exists()
    assert mlflow.artifacts.load_text(f"runs:/{flow.files_run}/docs/notes.md") == "# notes"
    assert mlflow.artifacts.load_dict(f"runs:/{flow.files_run}/conf/settings.json") == {"a": [1, 2, {"b": None}]}
    try:
        mlflow.artifacts.download_artifacts(f"runs:/{flow.files_run}/not/there.txt", dst_path=str(target))
    except Exception:
        return
    raise AssertionError("a file that is not there was downloaded")


def overwriting(flow):
    """a second upload of a path replaces the first"""
    flow.client.log_text(flow.files_run, "much longer than before", "docs/notes.md")
    flow.client.log_text(flow.files_run, "v2", "docs/notes.md")
    assert mlflow.artifacts.load_text(f"runs:/{flow.files_run}/docs/notes.md") == "v2"
    assert listed(flow, "docs") == {"docs/notes.md": 2}


def pictures(flow):
    """log_figure and log_image, also with key and step"""
    figure, axes = plt.subplots()
    axes.plot([0, 1], [1, 0])
    pixels = (np.arange(48).reshape(4, 4, 3) * 5).astype("uint8")
    with mlflow.start_run(run_id=flow.files_run):
        mlflow.log_figure(figure, "plots/line.png")
        mlflow.log_image(pixels, "pixels.png")
        mlflow.log_image(pixels, key="sample", step=3)
    plt.close(figure)
    assert list(listed(flow, "plots")) == ["plots/line.png"] and listed(flow)["pixels.png"] > 0
    assert sorted(name.rsplit(".", 1)[1] for name in listed(flow, "images")) == ["png", "webp"]
    assert np.array_equal(np.asarray(mlflow.artifacts.load_image(f"runs:/{flow.files_run}/pixels.png")), pixels)
    assert flow.client.get_run(flow.files_run).data.tags["mlflow.loggedImages"] == "True"


def tables(flow):
    """log_table appends; load_table reads, also across the runs of an experiment"""
    client = flow.client
    client.log_table(flow.files_run, {"input": ["a", "b"], "score": [1, 2]}, "tables/eval.json")
    client.log_table(flow.files_run, pd.DataFrame({"input": ["c"], "score": [3]}), "tables/eval.json")
    logged = json.loads(client.get_run(flow.files_run).data.tags["mlflow.loggedArtifacts"])
    assert logged == [{"path": "tables/eval.json", "type": "table"}]
    table = mlflow.load_table("tables/eval.json", run_ids=[flow.files_run])
    assert list(table["input"]) == ["a", "b", "c"] and list(table["score"]) == [1, 2, 3]
    mlflow.set_experiment(flow.word)
    table = mlflow.load_table("tables/eval.json", extra_columns=["run_id"])
    assert set(table["run_id"]) == {flow.files_run}


ARTIFACT_STEPS = [files, downloads, overwriting, pictures, tables]
