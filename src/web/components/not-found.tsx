import { Link } from '@tanstack/react-router';
import { usePageTitle } from '../page-title';

export function NotFound() {
  usePageTitle('Not found');
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        See the <Link to="/">tasks</Link> or the <Link to="/results">results</Link>.
      </p>
    </>
  );
}
