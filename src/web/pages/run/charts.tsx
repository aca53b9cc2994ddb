import { CatchBoundary } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { MetricSummary, Run } from '../../api/client';
import { Card } from '../../components/card';
import { ErrorCard } from '../../components/error-card';
import { AXES, type Axis } from './axis';
import styles from './charts.module.css';
import { useInView } from './use-in-view';

/** What draws comes when the first chart is in view; no other page needs it. */
const MetricChart = lazy(() => import('./metric-chart'));

/** A chart for each metric with a history. */
export function Charts({ run, metrics }: { run: Run; metrics: MetricSummary[] }) {
  const [axis, setAxis] = useState<Axis>('step');
  return (
    <Card title="Charts" note={<AxisChooser axis={axis} onChange={setAxis} />}>
      <ul className={styles.charts}>
        {metrics.map(({ key }) => (
          <ChartPlace key={key} run={run} name={key} axis={axis} />
        ))}
      </ul>
      <p className={styles.hint}>
        Drag over a part of a chart to look closer; a double click shows all of it. With the keyboard: + and − zoom, the
        arrow keys move, 0 shows all.
      </p>
    </Card>
  );
}

function AxisChooser({ axis, onChange }: { axis: Axis; onChange: (axis: Axis) => void }) {
  return (
    <label className={styles.axis}>
      <span>Along</span>
      <select value={axis} onChange={({ target }) => onChange(AXES.find((one) => one === target.value) ?? axis)}>
        <option value="step">step</option>
        <option value="time">time</option>
        <option value="relative">time since the first point</option>
      </select>
    </label>
  );
}

/** Keeps the room of a chart that nobody has scrolled to. */
function ChartPlace({ run, name, axis }: { run: Run; name: string; axis: Axis }) {
  const [place, inView] = useInView<HTMLLIElement>();
  const empty = <div className={styles.placeholder} />;
  return (
    <li ref={place} className={styles.place}>
      <h3 className={styles.name}>{name}</h3>
      {inView ? (
        <CatchBoundary getResetKey={() => axis} errorComponent={BrokenChart}>
          <Suspense fallback={empty}>
            {/* A range belongs to its axis. */}
            <MetricChart key={axis} run={run} name={name} axis={axis} />
          </Suspense>
        </CatchBoundary>
      ) : (
        empty
      )}
    </li>
  );
}

/** What draws may be missing because the server was updated, and then the whole page is of before. */
function BrokenChart({ error }: { error: unknown }) {
  return <ErrorCard what="This chart" error={error} onRetry={() => window.location.reload()} />;
}
