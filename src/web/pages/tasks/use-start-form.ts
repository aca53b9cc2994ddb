import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { announce } from '../../announcer';
import { ApiError } from '../../api/api-error';
import { type Experiment, startTask } from '../../api/client';
import { type Fault, type Parameter, parametersOf, readText, textOf } from './parameters';

type Faults = Record<string, Fault | undefined>;

/** What the form holds and does; its look is in start-form.tsx. */
export function useStartForm(
  experiment: Experiment,
  prefilled: Record<string, unknown> | undefined,
  onStarted: (taskId: string) => void,
) {
  const parameters = parametersOf(experiment.parameters);
  const [texts, setTexts] = useState(() => textsOf(parameters, { ...experiment.defaults, ...prefilled }));
  const [faults, setFaults] = useState<Faults>({});
  const submissionKey = useRef<string>(undefined);
  const queries = useQueryClient();

  const read = parameters.map((parameter) => ({ parameter, ...readText(parameter, texts[parameter.name]) }));
  const input = Object.fromEntries(
    read.filter(({ value }) => value !== undefined).map(({ parameter, value }) => [parameter.name, value]),
  );

  const mutation = useMutation({
    mutationFn: () => {
      // Kept until an answer came, so that trying again after a lost one does not start a second task.
      submissionKey.current ??= randomKey();
      return startTask(experiment.name, input, submissionKey.current);
    },
    onSuccess: async ({ task_id }) => {
      submissionKey.current = undefined;
      announce('Task started');
      onStarted(task_id);
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['tasks'] }),
        queries.invalidateQueries({ queryKey: ['task-counts'] }),
      ]);
    },
    onError: (error) => setFaults(faultsOf(error, parameters)),
  });

  const change = (texts: Record<string, string>) => {
    submissionKey.current = undefined;
    mutation.reset();
    setTexts(texts);
  };

  return {
    parameters,
    texts,
    faults,
    input,
    pending: mutation.isPending,
    /** What concerns no field. */
    error:
      mutation.error && Object.values(faultsOf(mutation.error, parameters)).length === 0 ? mutation.error : undefined,
    setText: (name: string, text: string) => {
      change({ ...texts, [name]: text });
      setFaults((known) => ({ ...known, [name]: undefined }));
    },
    reset: () => {
      change(textsOf(parameters, experiment.defaults));
      setFaults({});
    },
    /**
     * Checks all fields only now: a message that appears when a field is left moves the button away under the pointer that
     * just left for it.
     * @returns the first field that holds a fault; nothing was sent then
     */
    submit: (): string | undefined => {
      const found = read.filter(({ fault }) => fault);
      setFaults(Object.fromEntries(found.map(({ parameter, fault }) => [parameter.name, fault])));
      if (found.length === 0 && !mutation.isPending) mutation.mutate();
      return found[0]?.parameter.name;
    },
  };
}

function textsOf(parameters: Parameter[], values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, textOf(parameter, values[parameter.name])]));
}

/** The server's details by field; those of other places are told by the error as a whole. */
function faultsOf(error: Error, parameters: Parameter[]): Faults {
  if (!(error instanceof ApiError)) return {};
  const known = new Set(parameters.map(({ name }) => name));
  return Object.fromEntries(
    error.details
      .map(({ field, ...fault }) => [field.replace(/^input\./, ''), fault] as const)
      .filter(([name]) => known.has(name)),
  );
}

/** `crypto.randomUUID` exists on https and localhost only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
}
