import { fetchExperimentName } from './api/client';

/** What MLflow's clients print: #/experiments/<id>, and #/experiments/<id>/runs/<run id>. */
const LINK = /^#\/experiments\/(\d+)(?:\/runs\/([0-9a-f]{32}))?$/;

/** The page of ours that a link of MLflow's clients means, if it is one. */
export async function pageOfLink(hash: string): Promise<string | undefined> {
  const [, experiment, run] = LINK.exec(hash) ?? [];
  if (run) return `/runs/${run}`;
  if (!experiment) return undefined;
  return `/results?${new URLSearchParams({ experiment: await fetchExperimentName(Number(experiment)) })}`;
}
