import { type FormEvent, useRef } from 'react';
import type { Experiment } from '../../api/client';
import { Button } from '../../components/button';
import { Command } from '../../components/command';
import { curlOf } from '../../curl';
import { ParameterField } from './parameter-field';
import styles from './start-form.module.css';
import { StartedTask } from './started-task';
import { useStartForm } from './use-start-form';

interface Props {
  experiments: Experiment[];
  experiment: Experiment;
  prefilled?: Record<string, unknown>;
  /** The task that this form started last. */
  startedId?: string;
  onChoose: (experiment: string) => void;
  onStarted: (taskId: string) => void;
}

/** Starts a task; its fields come from the schema that the experiment serves. */
export function StartForm({ experiments, experiment, prefilled, startedId, onChoose, onStarted }: Props) {
  const form = useStartForm(experiment, prefilled, onStarted);
  const element = useRef<HTMLFormElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const faulty = form.submit();
    const field = faulty === undefined ? null : element.current?.elements.namedItem(faulty);
    if (field instanceof HTMLElement) field.focus();
  };
  return (
    <form ref={element} className={styles.form} onSubmit={submit} noValidate>
      <label className={styles.experiment}>
        <span>Experiment</span>
        <select value={experiment.name} onChange={({ target }) => onChoose(target.value)}>
          {experiments.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <p className={styles.about}>{experiment.description}</p>
      {form.parameters.map((parameter) => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          text={form.texts[parameter.name]}
          fault={form.faults[parameter.name]}
          onChange={(text) => form.setText(parameter.name, text)}
        />
      ))}
      {form.error && (
        <p className={styles.error} role="alert">
          Not started: {form.error.message}
        </p>
      )}
      <div className={styles.actions}>
        <Button type="submit" look="primary" disabled={form.pending}>
          {form.pending ? 'Starting …' : 'Start task'}
        </Button>
        <Button look="quiet" onClick={form.reset}>
          Defaults
        </Button>
      </div>
      {startedId && <StartedTask key={startedId} id={startedId} />}
      <Command
        title="The same in a terminal"
        text={curlOf({ method: 'POST', url: experiment.url, body: form.input })}
      />
    </form>
  );
}
