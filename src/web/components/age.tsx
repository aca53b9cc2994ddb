import { useSyncExternalStore } from 'react';
import { formatAge, formatDuration, formatTime } from '../format';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all ages on a page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const tick of listeners) tick();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** How long ago something was; draws itself again only when its text changes. */
export function Age({ at }: { at: string }) {
  const text = useSyncExternalStore(subscribe, () => formatAge(at, Date.now()));
  return (
    <time dateTime={at} title={formatTime(at)}>
      {text}
    </time>
  );
}

/** How long something has been going on, in whole seconds. */
export function Elapsed({ since }: { since: string }) {
  const text = useSyncExternalStore(subscribe, () =>
    formatDuration(Math.max(Math.floor((Date.now() - Date.parse(since)) / 1000), 0)),
  );
  return <span>{text}</span>;
}
