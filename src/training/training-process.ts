import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CATALOGUE } from './catalogue/catalogue.js';
import type { TrainingAnswer, TrainingRequest } from './training-messages.js';

/** The process died under a task; nothing is known about the task itself. */
export class TrainingProcessLost extends Error {
  constructor(how: string) {
    super(`the training process ended (${how})`);
    this.name = 'TrainingProcessLost';
  }
}

const TRAINING_NICENESS = 10;

/** Enough for the compiler to know trainers and messages well, on both sides. */
const REHEARSALS = 400;
const REHEARSAL_LIMIT_MS = 400;

interface Pending {
  resolve: (answer: TrainingAnswer) => void;
  reject: (error: Error) => void;
}

/** A warm child process that trains one task at a time, and is started again after it died. */
export class TrainingProcess {
  #child?: ChildProcess;
  #pending?: Pending;
  #closed = false;
  #rehearsal?: Promise<void>;
  #wanted = false;

  /** Starts the process ahead of its first task and lets it train for nothing until that comes, for 0.4 s at most. */
  warmUp(): void {
    this.#rehearsal = this.#rehearse().finally(() => {
      this.#rehearsal = undefined;
    });
    // A process that can not work says so at its first task.
    this.#rehearsal.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Trains. One call at a time.
   * @throws TrainingProcessLost where the process died meanwhile
   */
  async run(request: TrainingRequest): Promise<TrainingAnswer> {
    this.#wanted = true;
    await this.#rehearsal;
    return this.#ask(request);
  }

  /** Ends the process at once; a task that it runs is lost. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Ends the process for good and waits until it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async #rehearse(): Promise<void> {
    const requests = [...CATALOGUE.values()].flatMap(({ name, examples }) =>
      examples.map((input) => ({ id: 'rehearsal', catalogue: name, input })),
    );
    await this.#ask(requests[0]);
    const end = performance.now() + REHEARSAL_LIMIT_MS;
    for (let i = 1; i < REHEARSALS && !this.#wanted && performance.now() < end; i++) {
      await this.#ask(requests[i % requests.length]);
    }
  }

  async #ask(request: TrainingRequest): Promise<TrainingAnswer> {
    const child = this.#child ?? this.#start();
    this.#child = child;
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      child.send(request, (error) => {
        if (error) this.#settle(({ reject }) => reject(new TrainingProcessLost(error.message)));
      });
    });
  }

  /** @throws TrainingProcessLost where the system has no room for another process */
  #start(): ChildProcess {
    let child: ChildProcess;
    try {
      child = this.#fork();
    } catch (error) {
      throw new TrainingProcessLost((error as Error).message);
    }
    // Some failures are only told by an event, which follows.
    if (!child.connected) throw new TrainingProcessLost('it could not be started');
    return child;
  }

  #fork(): ChildProcess {
    const child = fork(fileURLToPath(new URL('./training-child.js', import.meta.url)), {
      // Passwords in the environment are none of a trainer's business.
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--enable-source-maps'],
    });
    if (child.pid !== undefined) lowerPriority(child.pid);
    child.on('message', (answer: TrainingAnswer) => this.#settle(({ resolve }) => resolve(answer)));
    child.on('error', (error) => this.#lost(child, error.message));
    child.on('exit', (code, signal) => this.#lost(child, signal ?? `exit code ${code}`));
    return child;
  }

  #lost(child: ChildProcess, how: string): void {
    if (this.#child === child && !this.#closed) this.#child = undefined;
    this.#settle(({ reject }) => reject(new TrainingProcessLost(how)));
  }

  #settle(how: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) how(pending);
  }
}

/** Training yields to requests: on a busy machine the API stays quick. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, TRAINING_NICENESS);
  } catch {
    // Some systems do not allow it; training then competes as an equal.
  }
}
