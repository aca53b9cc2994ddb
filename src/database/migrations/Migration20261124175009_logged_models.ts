import { Migration } from '@mikro-orm/migrations';

/** Models of MLflow 3. The indexes that order runs hold their ids too, so that walking them does not read the tables. */
export class Migration20261124175009_logged_models extends Migration {
  override name = 'Migration20261124175009_logged_models';

  override up(): void | Promise<void> {
    // A large table may take longer than a request is given.
    this.addSql('set local statement_timeout = 0;');

    this.addSql(
      `create table "logged_model" ("id" text not null, "experiment_id" int not null, "name" text not null, "model_type" text not null default '', "source_run_id" text not null default '', "status" text not null default 'PENDING', "lifecycle" text not null default 'active', "deleted_at" timestamptz(6) null, "parameters" jsonb not null default '{}', "tags" jsonb not null default '{}', "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "logged_model_newest" on "logged_model" ("experiment_id", "created_at" desc, "id");`);
    this.addSql(
      `create index "logged_model_name" on "logged_model" ("experiment_id", "name", "created_at" desc, "id");`,
    );

    this.addSql(
      `create table "logged_model_metric" ("model_id" text not null, "key" text not null, "timestamp" bigint not null, "step" bigint not null, "value" double precision not null, "run_id" uuid not null, "dataset_hash" uuid not null, "dataset_name" text not null, "dataset_digest" text not null, primary key ("model_id", "key", "timestamp", "step", "value", "run_id", "dataset_hash"));`,
    );

    this.addSql(
      `create table "run_model" ("run_id" uuid not null, "model_id" text not null, "role" text not null, "step" bigint not null default '0', primary key ("run_id", "model_id", "role"));`,
    );

    this.addSql(`drop index "latest_metric_order";`);
    this.addSql(
      `create index "latest_metric_order" on "latest_metric" ("experiment_id", "key", "value") include ("run_id");`,
    );

    this.addSql(`drop index "run_parameter_order";`);
    this.addSql(
      `create index "run_parameter_order" on "run_parameter" ("experiment_id", "key", "head") include ("run_id");`,
    );

    this.addSql(`drop index "run_tag_order";`);
    this.addSql(`create index "run_tag_order" on "run_tag" ("experiment_id", "key", "head") include ("run_id");`);

    this.addSql(
      `alter table "logged_model" add constraint "logged_model_experiment_id_foreign" foreign key ("experiment_id") references "experiment" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "logged_model" add constraint "logged_model_status_check" check ("status" in ('PENDING', 'READY', 'UPLOAD_FAILED'));`,
    );
    this.addSql(
      `alter table "logged_model" add constraint "logged_model_lifecycle_check" check ("lifecycle" in ('active', 'deleted'));`,
    );

    this.addSql(`alter table "run_model" add constraint "run_model_role_check" check ("role" in ('input', 'output'));`);
  }

  override down(): void | Promise<void> {
    this.addSql('set local statement_timeout = 0;');

    this.addSql(`drop table "logged_model", "logged_model_metric", "run_model";`);

    this.addSql(`drop index "latest_metric_order";`);
    this.addSql(`create index "latest_metric_order" on "latest_metric" ("experiment_id", "key", "value");`);

    this.addSql(`drop index "run_parameter_order";`);
    this.addSql(`create index "run_parameter_order" on "run_parameter" ("experiment_id", "key", "head");`);

    this.addSql(`drop index "run_tag_order";`);
    this.addSql(`create index "run_tag_order" on "run_tag" ("experiment_id", "key", "head");`);
  }
}
