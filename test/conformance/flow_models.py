"""Steps of client_flow.py: models that are logged, found and loaded."""

import mlflow
import numpy as np
import pandas as pd
from flow_tracking import refused
from mlflow.models import infer_signature
from sklearn.linear_model import ElasticNet

X = pd.DataFrame(np.random.default_rng(40).normal(size=(60, 3)), columns=["a", "b", "c"])
Y = X["a"] * 2 - X["b"] + 0.5


def autolog(flow):
    """autolog of a scikit-learn fit; its model is found and loaded"""
    mlflow.sklearn.autolog(log_datasets=True, log_models=True)
    try:
        with mlflow.start_run(run_name="autolog") as run:
            model = ElasticNet(alpha=0.1, l1_ratio=0.5, random_state=42).fit(X, Y)
    finally:
        mlflow.sklearn.autolog(disable=True)
    got = flow.client.get_run(run.info.run_id)
    assert got.info.status == "FINISHED" and got.data.params["alpha"] == "0.1"
    assert got.data.tags["estimator_name"] == "ElasticNet"
    assert 0 < got.data.metrics["training_r2_score"] <= 1
    assert got.inputs.dataset_inputs[0].tags[0].value == "train"
    loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    assert np.allclose(loaded.predict(X), model.predict(X))
    if flow.v3:
        found = flow.client.search_logged_models([flow.experiment_id], f"source_run_id = '{run.info.run_id}'")
        assert len(found) == 1 and str(found[0].status) == "READY" and found[0].params["alpha"] == "0.1"
        assert [o.model_id for o in got.outputs.model_outputs] == [found[0].model_id]
        assert {m.key for m in found[0].metrics} >= {"training_r2_score"}
        by_id = mlflow.sklearn.load_model(f"models:/{found[0].model_id}")
        assert np.allclose(by_id.predict(X), model.predict(X))
    else:
        assert "mlflow.log-model.history" in got.data.tags


def log_model(flow):
    """log_model, then pyfunc loads it by run and predicts"""
    model = ElasticNet(alpha=0.01).fit(X, Y)
    where = {"name": "net"} if flow.v3 else {"artifact_path": "net"}
    with mlflow.start_run(run_name="model") as run:
        info = mlflow.sklearn.log_model(model, signature=infer_signature(X, Y), input_example=X[:2], **where)
    for uri in [f"runs:/{run.info.run_id}/net", info.model_uri]:
        loaded = mlflow.pyfunc.load_model(uri)
        assert np.allclose(loaded.predict(X), model.predict(X)), uri
    assert mlflow.models.get_model_info(f"runs:/{run.info.run_id}/net").flavors["sklearn"]
    if flow.v3:
        assert info.model_uri == f"models:/{info.model_id}"
    flow.model_run = run.info.run_id
    flow.model_info = info


def logged_model(flow):
    """a logged model without files: tags, metrics, search, deletion"""
    if not flow.v3:
        return "not in 2.x:"
    client = flow.client
    with mlflow.start_run() as run:
        model = mlflow.initialize_logged_model(name="external", params={"k": "v"}, tags={"t": "1"}, model_type="agent")
        mlflow.log_metric("score", 0.5, step=1, model_id=model.model_id)
        mlflow.log_metric("score", 0.75, step=2, model_id=model.model_id)
    model = mlflow.finalize_logged_model(model.model_id, "READY")
    assert str(model.status) == "READY" and model.params == {"k": "v"} and model.model_type == "agent"
    client.set_logged_model_tags(model.model_id, {"t": "2", "other": "x"})
    client.delete_logged_model_tag(model.model_id, "other")
    got = mlflow.get_logged_model(model.model_id)
    assert got.tags["t"] == "2" and "other" not in got.tags and got.source_run_id == run.info.run_id
    assert sorted((m.step, m.value) for m in got.metrics) == [(1, 0.5), (2, 0.75)], got.metrics
    search = {"experiment_ids": [flow.experiment_id], "order_by": [{"field_name": "metrics.score", "ascending": False}]}
    found = client.search_logged_models(filter_string="metrics.score > 0.6 AND params.k = 'v'", **search)
    assert [m.model_id for m in found] == [model.model_id]
    assert client.search_logged_models(filter_string="name = 'nothing'", **search) == []
    client.delete_logged_model(model.model_id)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: mlflow.get_logged_model(model.model_id))
    return None


MODEL_STEPS = [autolog, log_model, logged_model]
