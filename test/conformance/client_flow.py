"""What real training scripts do with the MLflow client, with assertions. Runs under clients 2.x and 3.x.

    python client_flow.py --tracking-uri http://127.0.0.1:5000

Prints one line a step and ends with a non-zero status at the first step that fails.
"""

import argparse
import os
import sys
import tempfile
import traceback
import uuid

# The client retries 5xx for minutes by default; here a 5xx is a failure to be seen at once.
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["GIT_PYTHON_REFRESH"] = "quiet"
os.environ["MPLBACKEND"] = "Agg"

# Nothing is left beside the sources.
sys.dont_write_bytecode = True

import mlflow  # noqa: E402
from flow_artifacts import ARTIFACT_STEPS  # noqa: E402
from flow_models import MODEL_STEPS  # noqa: E402
from flow_tracking import TRACKING_STEPS  # noqa: E402


class Flow:
    """What the steps share."""

    def __init__(self, tracking_uri, folder):
        mlflow.set_tracking_uri(tracking_uri)
        self.client = mlflow.MlflowClient()
        self.folder = folder
        # A word of its own, so that one server can be asked twice.
        self.word = "flow-" + uuid.uuid4().hex[:8]
        self.v3 = int(mlflow.__version__.split(".")[0]) >= 3
        self.experiment_id = mlflow.set_experiment(self.word).experiment_id


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracking-uri", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        flow = Flow(args.tracking_uri, folder)
        print(f"client {mlflow.__version__}, experiment {flow.word}", flush=True)
        for step in TRACKING_STEPS + ARTIFACT_STEPS + MODEL_STEPS:
            try:
                result = step(flow) or "ok"
            except Exception:
                traceback.print_exc()
                print(f"FAILED {step.__name__}: {step.__doc__}", flush=True)
                sys.exit(1)
            print(f"{result} {step.__name__}: {step.__doc__}", flush=True)
    print("all steps passed", flush=True)


if __name__ == "__main__":
    main()
