import type { Experiment } from '../../api/client';
import { EmptyState } from '../../components/empty-state';
import { curlOf } from '../../curl';

/** How the first run comes to be: started here, or logged by a program. */
export function NoRuns({ name, entry }: { name: string; entry?: Experiment }) {
  if (entry) {
    return (
      <EmptyState title="No results yet" command={curlOf({ method: 'POST', url: entry.url, body: entry.example })}>
        Every task of {name} becomes a row here.
      </EmptyState>
    );
  }
  const run = { experiment: name, parameters: { lr: '0.1' } };
  return (
    <EmptyState
      title="No runs yet"
      command={curlOf({ method: 'POST', url: '/api/v1/runs', body: run })}
      program={pythonOf(name)}
    >
      Log one from a terminal, or with the MLflow client, which needs to be told the address and nothing else.
    </EmptyState>
  );
}

function pythonOf(experiment: string): string {
  return [
    'import mlflow',
    `mlflow.set_tracking_uri(${JSON.stringify(location.origin)})`,
    `mlflow.set_experiment(${JSON.stringify(experiment)})`,
    'with mlflow.start_run():',
    '    mlflow.log_metric("loss", 0.25)',
  ].join('\n');
}
