import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_FOLDER } from '../package-folder.js';
import { CATALOGUE } from './catalogue/catalogue.js';
import type { TrainingAnswer, TrainingRequest } from './training-messages.js';

/** The process died under a task; nothing is known about the task itself. */
export class TrainingProcessLost extends Error {
  constructor(how: string) {
    super(`the training process ended (${how})`);
    this.name = 'TrainingProcessLost';
  }
}

/** The task was passed over before its training began. */
export class TrainingNotBegun extends Error {
  constructor() {
    super('the training was not begun');
    this.name = 'TrainingNotBegun';
  }
}

/** Built, also where this file is not: Node runs no TypeScript like ours. */
const TRAINING_CHILD = join(PACKAGE_FOLDER, 'dist/training/training-child.js');

const TRAINING_NICENESS = 10;

/** Enough for the compiler to know trainers and messages well, on both sides. */
const REHEARSALS = 400;
const REHEARSAL_LIMIT_MS = 400;

interface Asked {
  request: TrainingRequest;
  resolve: (answer: TrainingAnswer) => void;
  reject: (error: Error) => void;
  /** The process will train it all the same, but nobody wants the answer. */
  isWithdrawn?: boolean;
}

/** A warm child process that trains one task after the other, and is started again after it died. */
export class TrainingProcess {
  #child?: ChildProcess;
  /** In the order of their training. The first is being trained, the others wait in the process. */
  #asked: Asked[] = [];
  #firstSince = 0;
  /** False while the process is still being started. */
  #hasAnswered = false;
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
   * Trains a task after those that were asked for before. When the process dies, what it had not begun goes to the next one.
   * @throws TrainingProcessLost where the process died meanwhile
   * @throws TrainingNotBegun where it was withdrawn, or the process was closed, before its turn
   */
  async run(request: TrainingRequest): Promise<TrainingAnswer> {
    this.#wanted = true;
    await this.#rehearsal?.catch(() => undefined);
    return this.#ask(request);
  }

  /** Gives up a task: ends the process at once if that is what it trains. */
  cancel(id: string): void {
    const index = this.#asked.findIndex(({ request, isWithdrawn }) => request.id === id && !isWithdrawn);
    if (index === 0) this.#child?.kill('SIGKILL');
    else if (index > 0) withdraw(this.#asked[index]);
  }

  /** Gives up what is not begun. */
  withdrawWaiting(): void {
    for (const asked of this.#asked.slice(1)) withdraw(asked);
  }

  /** Gives up what waits behind a task that has been in training for longer; behind one that nobody wants nothing has to wait. */
  withdrawOverdue(milliseconds: number): void {
    if (!this.#hasAnswered || performance.now() - this.#firstSince < milliseconds) return;
    if (this.#asked[0]?.isWithdrawn) this.#child?.kill('SIGKILL');
    else this.withdrawWaiting();
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

  #ask(request: TrainingRequest): Promise<TrainingAnswer> {
    return new Promise((resolve, reject) => {
      this.#send({ request, resolve, reject });
    });
  }

  #send(asked: Asked): void {
    let child: ChildProcess;
    try {
      child = this.#child ?? this.#start();
    } catch (error) {
      asked.reject(error as Error);
      return;
    }
    this.#child = child;
    if (this.#asked.push(asked) === 1) this.#firstSince = performance.now();
    child.send(asked.request, (error) => {
      if (!error) return;
      // Without its channel it is of no use, and nobody would end it later.
      child.kill('SIGKILL');
      this.#lost(child, error.message);
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
    const child = fork(TRAINING_CHILD, {
      // Passwords in the environment are none of a trainer's business.
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--enable-source-maps'],
    });
    if (child.pid !== undefined) lowerPriority(child.pid);
    child.on('message', (answer: TrainingAnswer) => this.#answered(child, answer));
    child.on('error', (error) => this.#lost(child, error.message));
    child.on('exit', (code, signal) => this.#lost(child, signal ?? `exit code ${code}`));
    return child;
  }

  #answered(child: ChildProcess, answer: TrainingAnswer): void {
    // Read after the end of its process was told, it comes too late: the task counts as lost.
    if (this.#child !== child || this.#asked[0]?.request.id !== answer.id) return;
    this.#hasAnswered = true;
    this.#firstSince = performance.now();
    this.#asked.shift()?.resolve(answer);
  }

  #lost(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    if (!this.#closed) this.#child = undefined;
    this.#hasAnswered = false;
    const [first, ...waiting] = this.#asked;
    this.#asked = [];
    first?.reject(new TrainingProcessLost(how));
    for (const asked of waiting) {
      if (this.#closed) withdraw(asked);
      else if (!asked.isWithdrawn) this.#send(asked);
    }
  }
}

function withdraw(asked: Asked): void {
  asked.isWithdrawn = true;
  asked.reject(new TrainingNotBegun());
}

/** Training yields to requests: on a busy machine the API stays quick. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, TRAINING_NICENESS);
  } catch {
    // Some systems do not allow it; training then competes as an equal.
  }
}
