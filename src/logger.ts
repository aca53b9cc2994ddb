import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import type { Config } from './config.js';

// Whoever reads may be gone, with the terminal for instance. What is printed then is lost, and nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Pino's own stream tries for ever to write what a closed terminal did not take, and nothing else goes on meanwhile. */
const OUTPUT = { write: (line: string) => void process.stdout.write(line) };

/** JSON lines on standard output; what could hold a secret is left out. */
export function createLogger(config: Config): Logger {
  const options = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['req.headers.authorization', 'req.headers.cookie', '*.password', 'err.config', 'err.command'],
  };
  return pino(options, OUTPUT);
}

/** What Nest tells of its own start is of interest only to those who look for a fault in it. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** Lets Nest and its modules write to the same log. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log = (message: unknown, ...rest: unknown[]) => this.#write('info', message, rest);
  error = (message: unknown, ...rest: unknown[]) => this.#write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]) => this.#write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]) => this.#write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]) => this.#write('trace', message, rest);
  fatal = (message: unknown, ...rest: unknown[]) => this.#write('fatal', message, rest);

  /** Nest appends the context as the last text. */
  #write(level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.pop() as string) : undefined;
    const [detail] = rest;
    if (level === 'info' && context && FRAMEWORK_CONTEXTS.has(context)) level = 'debug';
    if (typeof message === 'object' && message !== null) {
      this.logger[level]({ context, ...message }, typeof detail === 'string' ? detail : undefined);
    } else {
      this.logger[level]({ context, ...(detail !== undefined && { detail }) }, String(message));
    }
  }
}
