import { useEffect } from 'react';

/** Names the tab, the history entry and the bookmark. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Cellar`;
  }, [title]);
}
