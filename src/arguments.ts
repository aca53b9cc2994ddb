import type { Command, CommanderError } from 'commander';
import { VERSION } from './version.js';

/** As shells have it for a command that was called wrongly; 1 is a start that failed. */
const WRONG_USAGE = 2;

/** Ends the process once what was asked for, or what was wrong, is printed. */
export function endFor({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : WRONG_USAGE);
}

/**
 * Reads the command line of a program that takes options only. `--help` and `--version` are answered, anything unknown is
 * refused with the usage on stderr and exit code 2; each ends the process, before anything is started.
 * @param file the program, under `dist/`
 * @param declare adds the options that it takes beside these two
 */
export async function readOptions<Options extends object>(
  file: string,
  description: string,
  declare?: (command: Command) => Command,
): Promise<Partial<Options>> {
  // Loading commander costs 11 ms, which a start without arguments saves.
  if (process.argv.length <= 2) return {};
  const { Command } = await import('commander');
  const command = new Command(`node dist/${file}`)
    .description(description)
    .version(VERSION)
    .addHelpText('after', '\nSettings come from the environment and from .env; .env.example explains each.')
    .showHelpAfterError()
    .exitOverride(endFor);
  return (declare?.(command) ?? command).parse().opts<Options>();
}
