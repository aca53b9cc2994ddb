import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { Curve, Run } from '../../api/client';
import { curveQuery } from '../../api/queries';
import { Button } from '../../components/button';
import { ErrorCard } from '../../components/error-card';
import { formatCount, formatValue } from '../../format';
import { type Axis, placeOn } from './axis';
import styles from './charts.module.css';
import { closer, covers, extentOf, meets, moved, type Range, zoomed } from './range';
import { usePlot } from './use-plot';

/** About two for each pixel, so that nothing is lost that could be seen. */
const POINTS = 800;

/** Covers every curve. */
const EVERYTHING: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** One metric as a line. Loaded when the first chart comes into view, hence the default export. */
export default function MetricChart({ run, name, axis }: { run: Run; name: string; axis: Axis }) {
  const [range, setRange] = useState<Range>();
  const [from, to] = range ?? [];
  const {
    data: curve,
    error,
    refetch,
    isPlaceholderData,
  } = useQuery(curveQuery(run, { keys: [name], axis, points: POINTS, from, to }));
  const whole = useRef<Range>(undefined);
  if (curve && !range && !isPlaceholderData) whole.current = extentOf(curve.x);
  if (error && !curve) return <ErrorCard what="This curve" error={error} onRetry={() => void refetch()} />;
  if (curve === undefined) return <div className={styles.placeholder} />;
  return (
    <figure className={styles.figure} aria-busy={isPlaceholderData}>
      <Plot name={name} curve={curve} axis={axis} range={range} whole={whole.current} onRange={setRange} />
      <figcaption className={styles.caption}>
        <span>{curve ? extremesOf(curve, axis) : 'No point lies in this range.'}</span>
        {curve && !curve.exact && (
          <span>
            {formatCount(curve.x.length)} of {formatCount(curve.count)} points
          </span>
        )}
        {range && (
          <Button look="quiet" onClick={() => setRange(undefined)}>
            Show all of {name}
          </Button>
        )}
      </figcaption>
    </figure>
  );
}

interface PlotProps {
  name: string;
  curve: Curve | null;
  axis: Axis;
  range?: Range;
  /** Where all of its points lie. */
  whole?: Range;
  onRange: (range: Range | undefined) => void;
}

function Plot({ name, curve, axis, range, whole, onRange }: PlotProps) {
  const readout = useRef<HTMLParagraphElement>(null);
  const shown = range ?? whole;
  const lookCloser = (wanted: Range) => {
    const next = shown && closer(shown, wanted, curve?.x ?? []);
    if (next !== shown) onRange(next);
  };
  const place = usePlot({ curve, axis, shown, onChoose: lookCloser, readout });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!shown || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = rangeAfter(event.key, shown);
    if (!next) return;
    event.preventDefault();
    if (event.key === '+') lookCloser(next);
    else if (!whole || meets(next, whole)) onRange(whole && covers(next, whole) ? undefined : next);
  };
  return (
    <>
      <p ref={readout} className={styles.readout} aria-hidden="true" />
      <div
        ref={place}
        className={styles.plot}
        role="img"
        aria-label={curve ? `${name}: ${extremesOf(curve, axis)}` : `${name}: no point in this range`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is zoomed and moved by keys
        tabIndex={0}
        onKeyDown={onKeyDown}
        onDoubleClick={() => onRange(undefined)}
      />
    </>
  );
}

function rangeAfter(key: string, shown: Range): Range | undefined {
  if (key === '+') return zoomed(shown, 0.5);
  if (key === '-') return zoomed(shown, 2);
  if (key === 'ArrowLeft') return moved(shown, -1);
  if (key === 'ArrowRight') return moved(shown, 1);
  return key === '0' ? EVERYTHING : undefined;
}

/** The lowest and the highest point in words; both are among the points however much was left out. */
function extremesOf({ x, y }: Curve, axis: Axis): string {
  let [low, high] = [-1, -1];
  for (const [i, value] of y.entries()) {
    if (typeof value !== 'number') continue;
    if (low < 0 || value < Number(y[low])) low = i;
    if (high < 0 || value > Number(y[high])) high = i;
  }
  if (low < 0) return 'no value is a finite number';
  const at = (i: number) => `${formatValue(y[i])} at ${placeOn(axis, x[i])}`;
  return `lowest ${at(low)}, highest ${at(high)}`;
}
