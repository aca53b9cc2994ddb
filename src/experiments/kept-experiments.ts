import { Injectable } from '@nestjs/common';
import { AppError } from '../errors.js';

/** Experiments that must stay as they are, because this process adds runs to them by itself. */
@Injectable()
export class KeptExperiments {
  readonly #ids = new Set<number>();

  /** Call it before the application has started. */
  keep(ids: Iterable<number>): void {
    for (const id of ids) this.#ids.add(id);
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** @param what would be done to it, such as `renamed` @throws AppError CONFLICT */
  assertFree(id: number, what: string): void {
    if (!this.#ids.has(id)) return;
    throw new AppError('CONFLICT', `This experiment can not be ${what}: tasks are added to it by its name.`, {
      details: [
        {
          field: 'experiment_id',
          reason: 'is the number of an experiment of the catalogue',
          allowed: 'another experiment; the runs of this one can be changed and deleted',
        },
      ],
    });
  }
}
