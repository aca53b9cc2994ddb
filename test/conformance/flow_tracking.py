"""Steps of client_flow.py: experiments, runs, what they log, and searches."""

import math
import time
from concurrent.futures import ThreadPoolExecutor

import mlflow
import pandas as pd
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

LARGEST = 1.7976931348623157e308


def refused(code, call):
    """The error code with which the server refuses a call."""
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, f"{error.error_code} instead of {code}: {error}"
        return str(error)
    raise AssertionError(f"was not refused with {code}")


def latest(flow, run_id):
    return flow.client.get_run(run_id).data


def experiments(flow):
    """create, tag, rename, search, delete, restore an experiment"""
    client = flow.client
    names = [f"{flow.word}-{letter}" for letter in "abc"]
    ids = [client.create_experiment(name, tags={"letter": name[-1]}) for name in names]
    assert client.get_experiment(ids[0]).tags == {"letter": "a"}
    client.set_experiment_tag(ids[0], "mlflow.note.content", "# Notes\nüber 😀")
    assert client.get_experiment(ids[0]).tags["mlflow.note.content"] == "# Notes\nüber 😀"
    client.rename_experiment(ids[0], names[0] + "-renamed")
    assert client.get_experiment_by_name(names[0]) is None
    assert client.get_experiment_by_name(names[0] + "-renamed").experiment_id == ids[0]
    mine = f"name LIKE '{flow.word}-%'"
    found = mlflow.search_experiments(filter_string=mine, order_by=["name DESC"])
    assert [e.experiment_id for e in found] == ids[::-1], found
    found = mlflow.search_experiments(filter_string=f"{mine} AND tags.letter = 'b'")
    assert [e.experiment_id for e in found] == [ids[1]]
    page = client.search_experiments(filter_string=mine, max_results=2, order_by=["name"])
    rest = client.search_experiments(filter_string=mine, max_results=2, order_by=["name"], page_token=page.token)
    assert [e.experiment_id for e in [*page, *rest]] == ids and not rest.token
    client.delete_experiment(ids[2])
    assert client.get_experiment(ids[2]).lifecycle_stage == "deleted"
    found = mlflow.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string=mine)
    assert [e.experiment_id for e in found] == [ids[2]]
    refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_experiment(names[2]))
    client.restore_experiment(ids[2])
    assert client.get_experiment(ids[2]).lifecycle_stage == "active"
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_experiment("999999999"))


def fluent_run(flow):
    """a run with parameters, metrics and tags, finished by leaving `with`"""
    with mlflow.start_run(run_name="first", description="what it is about") as run:
        mlflow.log_param("alpha", 0.5)
        mlflow.log_params({"l1_ratio": 0.1, "name": "Zoë 😀", "empty": ""})
        mlflow.log_metric("rmse", 0.75, step=1)
        mlflow.log_metrics({"rmse": 0.5, "mae": 0.25}, step=2)
        mlflow.set_tag("team", "a")
        mlflow.set_tags({"stage": "dev", "spaced key": "x", "path/like": "y"})
        assert flow.client.get_run(run.info.run_id).info.status == "RUNNING"
    flow.run_id = run.info.run_id
    got = flow.client.get_run(flow.run_id)
    assert got.info.status == "FINISHED" and got.info.run_name == "first"
    assert got.info.end_time >= got.info.start_time > 1_500_000_000_000
    assert got.data.params == {"alpha": "0.5", "l1_ratio": "0.1", "name": "Zoë 😀", "empty": ""}
    assert got.data.metrics == {"rmse": 0.5, "mae": 0.25}
    expected = {"team": "a", "stage": "dev", "spaced key": "x", "path/like": "y", "mlflow.runName": "first"}
    assert expected.items() <= got.data.tags.items()
    assert got.data.tags["mlflow.note.content"] == "what it is about"
    with mlflow.start_run(run_id=flow.run_id):
        mlflow.log_metric("again", 1)
    assert latest(flow, flow.run_id).metrics["again"] == 1


def failing_run(flow):
    """a run whose script raises is FAILED and keeps what it logged"""
    try:
        with mlflow.start_run() as run:
            mlflow.log_metric("loss", 3)
            raise ValueError("the script broke")
    except ValueError:
        pass
    got = flow.client.get_run(run.info.run_id)
    assert got.info.status == "FAILED" and got.data.metrics == {"loss": 3} and got.info.run_name


def nested_runs(flow):
    """nested runs know their parent, and the parent's children are found"""
    with mlflow.start_run(run_name="parent") as parent:
        children = []
        for index in range(3):
            with mlflow.start_run(run_name=f"child-{index}", nested=True) as child:
                mlflow.log_param("index", index)
                children.append(child.info.run_id)
    assert mlflow.get_parent_run(children[0]).info.run_id == parent.info.run_id
    assert mlflow.get_parent_run(parent.info.run_id) is None
    found = flow.client.search_runs([flow.experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert {run.info.run_id for run in found} == set(children)


def special_numbers(flow):
    """NaN, infinities, negative zero and steps, as values and in the history"""
    with mlflow.start_run() as run:
        mlflow.log_metric("nan", math.nan)
        mlflow.log_metric("up", math.inf)
        mlflow.log_metrics({"down": -math.inf, "tiny": 5e-324, "large": LARGEST})
        for step, value in enumerate([0.5, math.nan, 0.25]):
            mlflow.log_metric("curve", value, step=step)
        mlflow.log_metric("early", 1.0, step=-5)
    metrics = latest(flow, run.info.run_id).metrics
    assert math.isnan(metrics["nan"]) and metrics["up"] == LARGEST and metrics["down"] == -LARGEST
    assert metrics["tiny"] == 5e-324 and metrics["large"] == LARGEST and metrics["curve"] == 0.25
    history = flow.client.get_metric_history(run.info.run_id, "curve")
    assert [point.step for point in sorted(history, key=lambda point: point.step)] == [0, 1, 2]
    assert sum(math.isnan(point.value) for point in history) == 1
    assert flow.client.get_metric_history(run.info.run_id, "early")[0].step == -5


def metric_history(flow):
    """a history of 2,500 points in several batches comes back whole and in order"""
    run = flow.client.create_run(flow.experiment_id, run_name="history")
    run_id = run.info.run_id
    points = [Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(2500)]
    for start in range(0, 2500, 1000):
        flow.client.log_batch(run_id, metrics=points[start : start + 1000])
    history = flow.client.get_metric_history(run_id, "loss")
    assert [(p.step, p.timestamp, p.value) for p in history] == [(p.step, p.timestamp, p.value) for p in points]
    assert latest(flow, run_id).metrics == {"loss": 1 / 2500}
    assert flow.client.get_metric_history(run_id, "unknown") == []
    flow.client.set_terminated(run_id)


def client_run(flow):
    """update, rename, tag, untag, delete and restore through the client"""
    client = flow.client
    run_id = client.create_run(flow.experiment_id, tags={"mlflow.runName": "before", "t": "1"}).info.run_id
    client.log_batch(run_id, [Metric("m", 1, 1, 0)], [Param("p", "1")], [RunTag("t", "2")])
    client.log_param(run_id, "p", "1")
    client.delete_tag(run_id, "t")
    assert "t" not in latest(flow, run_id).tags
    client.update_run(run_id, status="KILLED", name="after")
    got = client.get_run(run_id)
    assert got.info.status == "KILLED" and got.info.run_name == "after"
    assert got.data.tags["mlflow.runName"] == "after"
    client.set_tag(run_id, "mlflow.runName", "tagged")
    assert client.get_run(run_id).info.run_name == "tagged"
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert run_id not in [run.info.run_id for run in client.search_runs([flow.experiment_id])]
    found = client.search_runs([flow.experiment_id], run_view_type=ViewType.DELETED_ONLY)
    assert [run.info.run_id for run in found] == [run_id]
    refused("INVALID_PARAMETER_VALUE", lambda: client.log_metric(run_id, "m", 2))
    client.restore_run(run_id)
    client.log_metric(run_id, "m", 2, step=1)
    assert latest(flow, run_id).metrics == {"m": 2}


def refusals(flow):
    """mistakes become MlflowException with the server's code"""
    client, run_id = flow.client, flow.run_id
    text = refused("INVALID_PARAMETER_VALUE", lambda: client.log_param(run_id, "alpha", "0.6"))
    assert "alpha" in text and "0.5" in text, text
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_run("0" * 32))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.log_metric("0" * 32, "a", 1))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_tag(run_id, "never set"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.create_run("999999999"))
    refused("INVALID_PARAMETER_VALUE", lambda: client.search_runs([flow.experiment_id], "accuracy > 0.5"))
    refused("INVALID_PARAMETER_VALUE", lambda: client.set_tag(run_id, "a*b", "1"))
    refused("INVALID_PARAMETER_VALUE", lambda: client.set_tag(run_id, "k" * 300, "1"))


def asynchronous(flow):
    """asynchronous logging: nothing is lost when it is waited for"""
    with mlflow.start_run() as run:
        waits = [mlflow.log_metric("loss", 100 - step, step=step, synchronous=False) for step in range(100)]
        waits.append(mlflow.log_params({f"p{index}": index for index in range(50)}, synchronous=False))
        waits.append(mlflow.set_tag("late", "yes", synchronous=False))
        for wait in waits:
            wait.wait()
        mlflow.log_metric("unwaited", 1, synchronous=False)
        mlflow.flush_async_logging()
    data = latest(flow, run.info.run_id)
    assert data.metrics == {"loss": 1, "unwaited": 1} and data.tags["late"] == "yes"
    assert data.params == {f"p{index}": str(index) for index in range(50)}
    assert len(flow.client.get_metric_history(run.info.run_id, "loss")) == 100


def concurrent(flow):
    """many threads log to one run, also the same parameter, tag and metric"""
    # MLflow's own server loses this race on PostgreSQL (a new tag set twice at once is refused) and wins it on SQLite.
    run_id = flow.client.create_run(flow.experiment_id, run_name="threads").info.run_id

    def log(thread):
        for step in range(10):
            flow.client.log_metric(run_id, "shared", thread + step / 100, timestamp=1000, step=step)
            flow.client.log_metric(run_id, f"own-{thread}", step, step=step)
            flow.client.log_param(run_id, "same", "value")
            flow.client.set_tag(run_id, "same", "value")

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(log, range(6)))
    data = latest(flow, run_id)
    assert data.metrics == {"shared": 5.09, **{f"own-{thread}": 9 for thread in range(6)}}, data.metrics
    assert data.params == {"same": "value"} and data.tags["same"] == "value"
    assert len(flow.client.get_metric_history(run_id, "shared")) == 60


def datasets(flow):
    """an input data set is kept with its context and found by it"""
    frame = pd.DataFrame({"x": [1.0, 2.0], "label": ["a", "b"]})
    dataset = mlflow.data.from_pandas(frame, source="https://example.com/d.csv", name="points", targets="label")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training")
        mlflow.log_input(dataset, context="training")
    logged = flow.client.get_run(run.info.run_id).inputs.dataset_inputs
    assert len(logged) == 1
    assert (logged[0].dataset.name, logged[0].dataset.digest) == ("points", dataset.digest)
    assert {tag.key: tag.value for tag in logged[0].tags} == {"mlflow.data.context": "training"}
    found = flow.client.search_runs(
        [flow.experiment_id], f"dataset.name = 'points' AND dataset.digest = '{dataset.digest}' AND datasets.context = 'training'"
    )
    assert [entry.info.run_id for entry in found] == [run.info.run_id]


def searches(flow):
    """filters, orders and pages of runs"""
    client = flow.client
    experiment_id = client.create_experiment(flow.word + "-search")
    for index in range(25):
        run_id = client.create_run(experiment_id, start_time=1_700_000_000_000 + index, run_name=f"r{index:02}").info.run_id
        now = int(time.time() * 1000)
        metrics = [Metric("acc", index / 25, now, 0)] if index % 5 else []
        params = [Param("model", "Ridge" if index % 2 else "lasso"), Param("index", str(index))]
        client.log_batch(run_id, metrics, params, [RunTag("some.dotted.key", str(index % 3))])
        client.set_terminated(run_id, "FINISHED" if index % 4 else "FAILED")

    def names(text="", order_by=(), **rest):
        return [int(run.info.run_name[1:]) for run in client.search_runs([experiment_id], text, order_by=list(order_by), **rest)]

    every = range(25)
    assert names() == list(every)[::-1]
    assert names(order_by=["start_time"]) == list(every)
    assert names("metrics.acc > 0.5 and metrics.acc < 0.8") == [i for i in every if i % 5 and 12.5 < i < 20][::-1]
    assert names("params.model ILIKE 'ridge' AND status = 'FAILED'") == []
    assert names("params.model = 'lasso' AND attributes.status = 'FAILED'") == [24, 20, 16, 12, 8, 4, 0]
    assert names("tags.some.dotted.key = '2'") == [i for i in every if i % 3 == 2][::-1]
    assert names("run_name LIKE 'r1%'", ["attributes.run_name ASC"]) == list(range(10, 20))
    ordered = names("", ["metrics.acc DESC"])
    assert ordered[:20] == [i for i in every if i % 5][::-1] and set(ordered[20:]) == {0, 5, 10, 15, 20}
    assert names("", ["params.model", "params.index DESC"])[:3] == [9, 7, 5]
    seen, token = [], None
    while True:
        page = client.search_runs([experiment_id], max_results=7, order_by=["start_time ASC"], page_token=token)
        seen += [int(run.info.run_name[1:]) for run in page]
        token = page.token
        if not token:
            break
    assert seen == list(every)
    frame = mlflow.search_runs(experiment_names=[flow.word + "-search"], filter_string="params.index = '7'")
    assert len(frame) == 1 and frame.loc[0, "metrics.acc"] == 7 / 25 and frame.loc[0, "tags.mlflow.runName"] == "r07"
    client.delete_experiment(experiment_id)
    assert names() == []
    client.restore_experiment(experiment_id)
    assert len(names()) == 25


TRACKING_STEPS = [
    experiments,
    fluent_run,
    failing_run,
    nested_runs,
    special_numbers,
    metric_history,
    client_run,
    refusals,
    asynchronous,
    concurrent,
    datasets,
    searches,
]
