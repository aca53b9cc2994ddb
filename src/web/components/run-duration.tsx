import type { RunStatus } from '../api/client';
import { formatSpan } from '../format';
import { startOf } from '../run-start';
import { isOver } from '../run-status';
import { Elapsed } from './age';

interface Props {
  run: { start_time: string | null; end_time: string | null; status: RunStatus };
}

/** How long a run took, or takes until now. */
export function RunDuration({ run }: Props) {
  const start = startOf(run);
  if (!start) return '–';
  if (run.end_time) return formatSpan(start, run.end_time);
  return isOver(run.status) ? '–' : <Elapsed since={start} />;
}
