import { useNavigate } from '@tanstack/react-router';
import styles from './results-page.module.css';

/** @param names of all experiments */
export function ExperimentChooser({ names, chosen }: { names: string[]; chosen?: string }) {
  const navigate = useNavigate({ from: '/results' });
  return (
    <label className={styles.chooser}>
      <span className="visually-hidden">Experiment</span>
      <select
        value={chosen ?? ''}
        // The filter and the order name what the other experiment may not have, so only the experiment is kept.
        onChange={({ target }) => void navigate({ search: { experiment: target.value } })}
      >
        {chosen === undefined && <option value="">Choose …</option>}
        {names.map((name) => (
          // Without a value of its own it would be the text as the browser shows it, less some blanks.
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
