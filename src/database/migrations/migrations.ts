import type { MigrationObject } from '@mikro-orm/core';
import { Migration20261124132612_initial } from './Migration20261124132612_initial.js';
import { Migration20261124170657_tracking_store } from './Migration20261124170657_tracking_store.js';

/** In the order in which they are applied. */
export const MIGRATIONS: MigrationObject[] = [
  { name: 'Migration20261124132612_initial', class: Migration20261124132612_initial },
  { name: 'Migration20261124170657_tracking_store', class: Migration20261124170657_tracking_store },
];
