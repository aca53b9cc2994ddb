import { useId } from 'react';
import { Icon } from '../../components/icon';
import { formatValue } from '../../format';
import styles from './parameter-field.module.css';
import { allowedOf, type Fault, type Parameter } from './parameters';

interface Props {
  parameter: Parameter;
  text: string;
  fault?: Fault;
  onChange: (text: string) => void;
}

/** A labelled field with what it means, what it takes, and what is wrong with what it holds. */
export function ParameterField({ parameter, text, fault, onChange }: Props) {
  const id = useId();
  const control = {
    id,
    name: parameter.name,
    value: text,
    className: styles.control,
    'aria-invalid': fault !== undefined,
    'aria-describedby': `${id}-about${fault ? ` ${id}-fault` : ''}`,
  };
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {parameter.name}
        {parameter.required && <span className={styles.required}> required</span>}
      </label>
      {parameter.kind === 'choice' ? (
        <select {...control} onChange={({ target }) => onChange(target.value)}>
          {parameter.choices.map((choice, i) => (
            <option key={String(choice)} value={i}>
              {formatValue(choice)}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...control}
          type="text"
          inputMode={parameter.kind === 'number' || parameter.kind === 'integer' ? 'decimal' : 'text'}
          autoComplete="off"
          spellCheck={false}
          placeholder={parameter.default === undefined ? undefined : formatValue(parameter.default)}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
      {fault && (
        <p id={`${id}-fault`} className={styles.fault}>
          <Icon name="warning" size={14} />
          <span>
            {parameter.name} {fault.reason}
            {fault.allowed && `: give ${fault.allowed}`}
          </span>
        </p>
      )}
      <p id={`${id}-about`} className={styles.about}>
        {parameter.description} <span className={styles.limits}>{limitsOf(parameter)}</span>
      </p>
    </div>
  );
}

function limitsOf(parameter: Parameter): string {
  const allowed = allowedOf(parameter);
  const byDefault = parameter.default === undefined ? undefined : `default ${formatValue(parameter.default)}`;
  const parts = [allowed && allowed[0].toUpperCase() + allowed.slice(1), byDefault].filter(Boolean);
  return parts.length > 0 ? `${parts.join(', ')}.` : '';
}
