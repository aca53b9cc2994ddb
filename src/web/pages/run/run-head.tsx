import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Run, Task } from '../../api/client';
import { nestedRunsQuery, runQuery } from '../../api/queries';
import { Age } from '../../components/age';
import { buttonClass } from '../../components/button';
import { CopyButton } from '../../components/copy-button';
import { RunDuration } from '../../components/run-duration';
import { StateBadge } from '../../components/state-badge';
import { formatCount, formatDuration } from '../../format';
import { nestedRunsFilter, parentOf } from '../../run-family';
import { startOf } from '../../run-start';
import styles from './run-head.module.css';

/** What a run is called, how it stands, when it ran, and which runs it belongs to. */
export function RunHead({ run, task }: { run: Run; task?: Task }) {
  const parent = parentOf(run.tags);
  const { data: nested } = useQuery(nestedRunsQuery(run));
  return (
    <header className={styles.head}>
      <div className={styles.title}>
        <p className={styles.trail}>
          <Link to="/results" search={{ experiment: run.experiment }}>
            {run.experiment}
          </Link>
        </p>
        <h1>{run.name}</h1>
        <StateBadge state={task?.status ?? run.status} />
        {run.lifecycle === 'deleted' && <span className={styles.deleted}>deleted, can be restored</span>}
      </div>
      {task && (
        <Link to="/" search={{ start: task.experiment, input: task.input }} className={buttonClass('primary')}>
          Start again with these parameters
        </Link>
      )}
      <dl className={styles.facts}>
        <Fact name="Started">
          <Start run={run} />
        </Fact>
        <Fact name="Duration">
          <Duration run={run} task={task} />
        </Fact>
        {run.user && <Fact name="User">{run.user}</Fact>}
        {parent && (
          <Fact name="Nested in">
            <ParentRun id={parent} />
          </Fact>
        )}
        {nested && nested.count > 0 && (
          <Fact name="Nested runs">
            <Link to="/results" search={{ experiment: run.experiment, filter: nestedRunsFilter(run.run_id) }}>
              {formatCount(nested.count)}
              {!nested.exact && ' or more'}
            </Link>
          </Fact>
        )}
        <Fact name="Run">
          <code>{run.run_id}</code> <CopyButton text={run.run_id} what="the run id" />
        </Fact>
      </dl>
    </header>
  );
}

/** @param id of the run that this one is nested in */
function ParentRun({ id }: { id: string }) {
  const { data } = useQuery(runQuery(id));
  return (
    <Link to="/runs/$id" params={{ id }}>
      {data?.name || id}
    </Link>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Duration({ run, task }: { run: Run; task?: Task }) {
  if (typeof task?.run_seconds === 'number') return formatDuration(task.run_seconds);
  return <RunDuration run={run} />;
}

function Start({ run }: { run: Run }) {
  const start = startOf(run);
  if (start) return <Age at={start} />;
  return run.start_time ? 'not told' : 'not yet';
}
