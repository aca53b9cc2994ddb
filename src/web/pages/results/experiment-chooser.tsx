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
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
