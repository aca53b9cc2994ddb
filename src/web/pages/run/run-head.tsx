import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Run, Task } from '../../api/client';
import { Age, Elapsed } from '../../components/age';
import { buttonClass } from '../../components/button';
import { CopyButton } from '../../components/copy-button';
import { StateBadge } from '../../components/state-badge';
import { formatDuration, formatSpan } from '../../format';
import { isOver } from '../../run-status';
import styles from './run-head.module.css';

/** What a run is called, how it stands and when it ran. */
export function RunHead({ run, task }: { run: Run; task?: Task }) {
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
        <Fact name="Started">{run.start_time ? <Age at={run.start_time} /> : 'not yet'}</Fact>
        <Fact name="Duration">
          <Duration run={run} task={task} />
        </Fact>
        {run.user && <Fact name="User">{run.user}</Fact>}
        <Fact name="Run">
          <code>{run.run_id}</code> <CopyButton text={run.run_id} what="the run id" />
        </Fact>
      </dl>
    </header>
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
  if (!run.start_time) return '–';
  if (run.end_time) return formatSpan(run.start_time, run.end_time);
  return isOver(run.status) ? '–' : <Elapsed since={run.start_time} />;
}
