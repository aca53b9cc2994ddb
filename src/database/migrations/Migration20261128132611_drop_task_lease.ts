import { Migration } from '@mikro-orm/migrations';

/** `task_state_seq` finds expired leases as well, and without an index on it a lease is renewed in place. */
export class Migration20261128132611_drop_task_lease extends Migration {
  override name = 'Migration20261128132611_drop_task_lease';

  override up(): void | Promise<void> {
    this.addSql(`drop index "task_lease";`);
  }

  override down(): void | Promise<void> {
    this.addSql(`create index "task_lease" on "task" ("lease_until") where "state" = 'STARTED';`);
  }
}
