import { useState } from 'react';
import { Button } from '../../components/button';
import { formatCount } from '../../format';

/** The beginning of a text, and all of it when asked. @param shown how many characters of it stand there at first */
export function LongText({ name, text, shown }: { name: string; text: string; shown: number }) {
  const [whole, setWhole] = useState(false);
  return (
    <>
      <div>{whole ? text : `${text.slice(0, shown)}…`}</div>
      <Button aria-expanded={whole} onClick={() => setWhole(!whole)}>
        <span>
          {whole ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
          <span className="visually-hidden"> of {name}</span>
        </span>
      </Button>
    </>
  );
}
