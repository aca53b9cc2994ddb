import { Injectable } from '@nestjs/common';
import { RunLogRepository } from '../runs/run-log.repository.js';
import { notActive, unknownRun } from '../runs/run-refusals.js';

/** A list in JSON, the oldest first. */
const HISTORY_TAG = 'mlflow.log-model.history';

/** The models of clients before 3.0: files of a run, of which a tag of the run tells. */
@Injectable()
export class ModelHistoryService {
  constructor(private readonly log: RunLogRepository) {}

  /** Appends to the tag, unless it ends with the same already. @throws AppError NOT_FOUND, NOT_ACTIVE */
  async add(runId: string, model: Record<string, unknown>): Promise<void> {
    await this.log.transaction(async (query) => {
      const run = await this.log.lock(query, runId);
      if (!run) throw unknownRun(runId);
      if (run.lifecycle !== 'active') throw notActive(runId);
      const history = historyOf(run.tags[HISTORY_TAG]);
      if (JSON.stringify(history.at(-1)) === JSON.stringify(model)) return;
      const tags = { [HISTORY_TAG]: JSON.stringify([...history, model]) };
      await this.log.append([{ runId, parameters: {}, tags }], [], query);
    });
  }
}

/** Clients can write to the tag what they like; what is no list is replaced. */
function historyOf(text: string | undefined): unknown[] {
  try {
    const history: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(history) ? history : [];
  } catch {
    return [];
  }
}
