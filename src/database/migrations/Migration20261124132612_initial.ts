import { Migration } from '@mikro-orm/migrations';

/** Everything that the first version keeps. */
export class Migration20261124132612_initial extends Migration {
  override name = 'Migration20261124132612_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "experiment" ("id" serial primary key, "name" text not null, "description" text null, "lifecycle" text not null default 'active', "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now());`,
    );
    this.addSql(`alter table "experiment" add constraint "experiment_name_unique" unique ("name");`);
    this.addSql(
      `alter table "experiment" add constraint "experiment_lifecycle_check" check ("lifecycle" in ('active', 'deleted'));`,
    );
    // Clients that name no experiment mean this one, and know it by its number.
    this.addSql(
      `insert into "experiment" ("id", "name", "description") values (0, 'Default', 'Runs whose client named no experiment.');`,
    );

    this.addSql(
      `create table "experiment_tag" ("experiment_id" int not null, "key" text not null, "value" text not null, primary key ("experiment_id", "key"));`,
    );

    this.addSql(
      `create table "idempotency_key" ("route" text not null, "key" text not null, "body_hash" text not null, "task_id" uuid not null, "created_at" timestamptz(6) not null default now(), primary key ("route", "key"));`,
    );
    this.addSql(`create index "idempotency_key_created_at_index" on "idempotency_key" ("created_at");`);

    this.addSql(
      `create table "run" ("id" uuid not null, "experiment_id" int not null, "name" text not null, "status" text not null, "user_name" text not null default '', "source_type" text not null default '', "source_name" text not null default '', "start_time" timestamptz(6) null, "end_time" timestamptz(6) null, "lifecycle" text not null default 'active', "deleted_at" timestamptz(6) null, "parameters" jsonb not null default '{}', "tags" jsonb not null default '{}', "metrics" jsonb not null default '{}', "created_at" timestamptz(6) not null default now(), primary key ("id"));`,
    );
    this.addSql(
      `alter table "run" add constraint "run_status_check" check ("status" in ('SCHEDULED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'));`,
    );
    this.addSql(`alter table "run" add constraint "run_lifecycle_check" check ("lifecycle" in ('active', 'deleted'));`);

    this.addSql(
      `create table "metric_series" ("id" bigserial primary key, "run_id" uuid not null, "key" text not null, "attempt" int not null default 0, "points" int not null, "first_step" bigint not null, "last_step" bigint not null, "steps" bytea not null, "timestamps" bytea not null, "values" bytea not null);`,
    );
    this.addSql(`create index "metric_series_run_key" on "metric_series" ("run_id", "key");`);

    this.addSql(
      `create table "task" ("id" uuid not null, "seq" bigserial not null, "catalogue" text null, "input" json not null, "state" text not null default 'PENDING', "priority" smallint not null default 0, "attempt" int not null default 0, "lease_until" timestamptz(6) null, "worker" text null, "wake_at" timestamptz(6) not null default now(), "sent_at" timestamptz(6) null, "created_at" timestamptz(6) not null default now(), "started_at" timestamptz(6) null, "done_at" timestamptz(6) null, "run_ms" double precision null, "result" json null, "model" json null, "error" text null, "traceback" text null, "warnings" jsonb not null default '[]', primary key ("id"));`,
    );
    this.addSql(`create index "task_catalogue_seq" on "task" ("catalogue", "seq");`);
    this.addSql(`create index "task_state_seq" on "task" ("state", "seq");`);
    this.addSql(`create index "task_due" on "task" ("priority" desc, "seq") where "state" in ('PENDING', 'RETRY');`);
    this.addSql(`create index "task_lease" on "task" ("lease_until") where "state" = 'STARTED';`);
    this.addSql(`alter table "task" add constraint "task_seq" unique ("seq");`);
    this.addSql(
      `alter table "task" add constraint "task_state_check" check ("state" in ('PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'));`,
    );

    this.addSql(
      `create table "worker" ("id" text not null, "host" text not null, "pid" int not null, "slots" int not null, "started_at" timestamptz(6) not null default now(), "heartbeat_at" timestamptz(6) not null default now(), primary key ("id"));`,
    );

    this.addSql(
      `alter table "experiment_tag" add constraint "experiment_tag_experiment_id_foreign" foreign key ("experiment_id") references "experiment" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "run" add constraint "run_experiment_id_foreign" foreign key ("experiment_id") references "experiment" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "metric_series" add constraint "metric_series_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "task" add constraint "task_id_foreign" foreign key ("id") references "run" ("id") on update cascade on delete cascade;`,
    );
  }
  override down(): void | Promise<void> {
    this.addSql(
      `drop table "worker", "idempotency_key", "task", "metric_series", "run", "experiment_tag", "experiment";`,
    );
  }
}
