import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useAnnouncement } from '../announcer';
import styles from './layout.module.css';
import { Logo } from './logo';
import { ThemeToggle } from './theme-toggle';

/** The frame that every page stands in. */
export function Layout() {
  const main = useFocusOnArrival();
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#main">
        Skip to content
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link to="/" className={styles.brand} aria-label="Cellar">
            <Logo />
            <span>Cellar</span>
          </Link>
          <nav className={styles.nav} aria-label="Main">
            <Link to="/" activeOptions={{ exact: true, includeSearch: false }} className={styles.tab}>
              Tasks
            </Link>
            <Link to="/results" activeOptions={{ includeSearch: false }} className={styles.tab}>
              Results
            </Link>
            <a href="/docs" className={styles.tab}>
              API
            </a>
          </nav>
          <ThemeToggle />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
      <footer className={styles.footer}>
        <span>Cellar runs your experiments and keeps every result.</span>
        <span className={styles.links}>
          <a href="/docs">API documentation</a>
          <a href="/health">Health</a>
        </span>
      </footer>
      <Announcements />
    </div>
  );
}

/** A page that was changed by script must take the focus, or the keyboard stays on a link that is gone. */
function useFocusOnArrival() {
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}

function Announcements() {
  return (
    <output className="visually-hidden" aria-live="polite">
      {useAnnouncement()}
    </output>
  );
}
