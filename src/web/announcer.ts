import { useSyncExternalStore } from 'react';

let message = '';
const listeners = new Set<() => void>();

/** Has screen readers say something that is seen otherwise, such as a row that changed. */
export function announce(text: string): void {
  message = text;
  for (const listener of listeners) listener();
}

export function useAnnouncement(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => message,
  );
}
