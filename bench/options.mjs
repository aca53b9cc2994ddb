/** The options of a benchmark, whose help is the comment at its head. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * What the command line says. `--help` prints the help and ends; what is wrong is told above it, with 2 as the exit code.
 * @param options as `parseArgs` takes them
 * @param required options that must be given: what each is for, by its name
 */
export function optionsOf(options, required = {}) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (values.help) {
      console.log(help());
      process.exit();
    }
    for (const [name, purpose] of Object.entries(required)) {
      if (values[name] === undefined) throw new Error(`--${name} is missing: ${purpose}`);
    }
    return values;
  } catch (error) {
    return refuse(error.message);
  }
}

/** Ends the program, whose command line is wrong. */
export function refuse(reason) {
  console.error(`${reason}\n\n${help()}`);
  return process.exit(2);
}

function help() {
  const [, comment] = /^\/\*\*\n(.*?)\n \*\//ms.exec(readFileSync(process.argv[1], 'utf8'));
  return comment.replace(/^ \* ?/gm, '');
}
