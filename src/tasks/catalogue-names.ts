import { AppError } from '../errors.js';

/** The names of all experiments that have tasks. What stands behind each is the matter of the catalogue itself. */
export class CatalogueNames {
  constructor(private readonly names: readonly string[]) {}

  /** @throws AppError NOT_FOUND that lists the names which exist */
  require(name: string): void {
    if (this.names.includes(name)) return;
    throw new AppError('NOT_FOUND', `There is no experiment ${JSON.stringify(name)}.`, {
      details: [
        { field: 'experiment', reason: 'is not in the catalogue', allowed: `one of: ${this.names.join(', ')}` },
      ],
    });
  }
}
