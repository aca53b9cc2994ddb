import { Migration } from '@mikro-orm/migrations';

/** Of models that were written as files before, nothing is known: they are looked for once more. */
export class Migration20261130180712_model_filed_at extends Migration {
  override name = 'Migration20261130180712_model_filed_at';

  override up(): void | Promise<void> {
    this.addSql(`alter table "task" add column "model_filed_at" timestamptz(6) null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "task" drop column "model_filed_at";`);
  }
}
