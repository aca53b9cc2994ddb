import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '../../components/button';
import { FilterError } from './filter-error';
import styles from './run-search.module.css';

const EXAMPLE = "metrics.loss < 0.5 AND (params.model = 'ridge' OR NOT tags.stage IS NULL)";

/** The filter of the list. @param error why the server refused it */
export function RunSearch({ filter, error }: { filter: string; error: unknown }) {
  const navigate = useNavigate({ from: '/results' });
  const [text, setText] = useState(filter);
  // The address may change by other ways: back, or a link.
  useEffect(() => setText(filter), [filter]);
  const search = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ search: (before) => ({ ...before, filter: text.trim() || undefined }) });
  };
  const refused = Boolean(error);
  return (
    <search>
      <form className={styles.form} onSubmit={search}>
        <input
          type="search"
          name="filter"
          className={styles.box}
          value={text}
          onChange={({ target }) => setText(target.value)}
          placeholder={EXAMPLE}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          aria-label="Filter runs"
          aria-invalid={refused}
          aria-describedby={refused ? 'filter-error' : 'filter-help'}
        />
        <Button type="submit">Search</Button>
      </form>
      <div id="filter-error" aria-live="polite">
        {refused && <FilterError filter={filter} error={error} />}
      </div>
      {!refused && (
        <p id="filter-help" className={styles.help}>
          Compare <code>metrics.</code>, <code>params.</code>, <code>tags.</code>, <code>attributes.</code> and{' '}
          <code>datasets.</code>; join with AND, OR, NOT and parentheses. Names with blanks go between quotes, as in{' '}
          <code>metrics.&quot;val loss&quot;</code>; dates are in UTC.
        </p>
      )}
    </search>
  );
}
