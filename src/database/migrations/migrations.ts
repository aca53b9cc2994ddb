import type { MigrationObject } from '@mikro-orm/core';
import { Migration20261124132612_initial } from './Migration20261124132612_initial.js';
import { Migration20261124170657_tracking_store } from './Migration20261124170657_tracking_store.js';
import { Migration20261124175009_logged_models } from './Migration20261124175009_logged_models.js';
import { Migration20261128132611_drop_task_lease } from './Migration20261128132611_drop_task_lease.js';
import { Migration20261130180712_model_filed_at } from './Migration20261130180712_model_filed_at.js';

/** In the order in which they are applied. */
export const MIGRATIONS: MigrationObject[] = [
  { name: 'Migration20261124132612_initial', class: Migration20261124132612_initial },
  { name: 'Migration20261124170657_tracking_store', class: Migration20261124170657_tracking_store },
  { name: 'Migration20261124175009_logged_models', class: Migration20261124175009_logged_models },
  { name: 'Migration20261128132611_drop_task_lease', class: Migration20261128132611_drop_task_lease },
  { name: 'Migration20261130180712_model_filed_at', class: Migration20261130180712_model_filed_at },
];
