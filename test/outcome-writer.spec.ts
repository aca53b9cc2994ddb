import type { EndedTasks } from '../src/tasks/ended-tasks.js';
import type { Claim, ExecutionRepository, Outcome } from '../src/tasks/execution.repository.js';
import { failureOf, outcomeOf } from '../src/training/execution-outcome.js';
import { HeldClaims } from '../src/training/held-claims.js';
import { OutcomeWriter } from '../src/training/outcome-writer.js';

const claimOf = (id: string): Claim => ({ id, attempt: 1, catalogue: 'wine-quality', input: {} });
const trained = (id: string, warning: string) =>
  outcomeOf(
    claimOf(id),
    {
      metrics: { rmse: 1 },
      model: { coefficients: {}, intercept: 0, iterations: 1, dual_gap: 0 },
      warnings: [warning],
    },
    2,
  );

/** Fails as PostgreSQL does; answers what it stored. */
class FakeExecutions {
  readonly stored: Outcome[] = [];
  away = 0;

  async finish(outcomes: Outcome[]) {
    if (this.away-- > 0) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    if (JSON.stringify(outcomes).includes('\\u0000'))
      throw Object.assign(new Error('unsupported Unicode escape sequence'), { code: '22P05' });
    this.stored.push(...outcomes);
    return outcomes.map(({ id }) => ({ id }));
  }
}

let executions: FakeExecutions;
let held: HeldClaims;
let writer: OutcomeWriter;

beforeEach(() => {
  executions = new FakeExecutions();
  held = new HeldClaims();
  held.add([claimOf('good'), claimOf('odd')], 0);
  writer = new OutcomeWriter(
    executions as unknown as ExecutionRepository,
    { remember: () => undefined } as unknown as EndedTasks,
    held,
    async () => undefined,
  );
});

it('ends a task as failed whose outcome the database can not keep, and its neighbours as they ended', async () => {
  await Promise.all([writer.write(trained('good', 'fine')), writer.write(trained('odd', 'a\0b'))]);
  const [good, odd] = ['good', 'odd'].map((id) => executions.stored.find((outcome) => outcome.id === id));
  expect(good).toEqual(trained('good', 'fine'));
  expect(odd).toMatchObject({ state: 'FAILURE', attempt: 1, runMs: 2, result: null, model: null });
  expect(odd?.error).toContain('unsupported Unicode escape sequence');
  expect(held.size).toBe(0);
});

it('tries again while the database is away', async () => {
  executions.away = 1;
  await writer.write(trained('good', 'fine'));
  expect(executions.stored).toEqual([trained('good', 'fine')]);
});

it('keeps what a trainer threw, whatever is in it', async () => {
  await writer.write(failureOf(claimOf('odd'), { runMs: 1, error: 'a\0b\ud800', traceback: 'at \0' }));
  expect(executions.stored).toMatchObject([{ error: 'a\ufffdb\ufffd', traceback: 'at \ufffd' }]);
});
