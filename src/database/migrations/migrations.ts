import type { MigrationObject } from '@mikro-orm/core';
import { Migration20261124132612_initial } from './Migration20261124132612_initial.js';

/** In the order in which they are applied. */
export const MIGRATIONS: MigrationObject[] = [
  { name: 'Migration20261124132612_initial', class: Migration20261124132612_initial },
];
