import { useEffect, useEffectEvent } from 'react';
import { isOutage } from '../api/api-error';
import { isServerReady } from '../api/client';

const LOOK_MS = 5_000;

/**
 * After an outage tries again by itself. The server is looked at first: each try would take the error away that somebody is
 * reading. A hidden tab asks nothing.
 */
export function useRecovery(error: unknown, onRetry: () => void): void {
  const outage = isOutage(error);
  const look = useEffectEvent(async () => {
    if (!document.hidden && (await isServerReady())) onRetry();
  });
  useEffect(() => {
    if (!outage) return;
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [outage]);
}
