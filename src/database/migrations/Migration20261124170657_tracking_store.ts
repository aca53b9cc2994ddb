import { Migration } from '@mikro-orm/migrations';

/** Any client's runs: series in chunks, latest values, and what finds and orders runs. Keeps what tasks have written. */
export class Migration20261124170657_tracking_store extends Migration {
  override name = 'Migration20261124170657_tracking_store';

  override up(): void | Promise<void> {
    // A large table may take longer than a request is given.
    this.addSql('set local statement_timeout = 0;');

    this.addSql(`alter table "experiment" add "artifact_location" text null, add "deleted_at" timestamptz(6) null;`);

    this.addSql(
      `create table "dataset" ("id" bigserial primary key, "experiment_id" int not null, "name" text not null, "digest" text not null, "source_type" text not null default '', "source" text not null default '', "schema" text null, "profile" text null);`,
    );
    this.addSql(
      `alter table "dataset" add constraint "dataset_name_digest" unique ("experiment_id", "name", "digest");`,
    );
    this.addSql(
      `create table "run_input" ("run_id" uuid not null, "dataset_id" bigint not null, "context" text null, "tags" jsonb not null default '{}', primary key ("run_id", "dataset_id"));`,
    );
    this.addSql(`create index "run_input_dataset" on "run_input" ("dataset_id");`);

    this.addSql(
      `create table "run_key" ("experiment_id" int not null, "kind" text not null, "key" text collate "C" not null, "runs" int not null, primary key ("experiment_id", "kind", "key"));`,
    );
    this.addSql(
      `alter table "run_key" add constraint "run_key_kind_check" check ("kind" in ('metric', 'parameter', 'tag'));`,
    );

    this.addSql(
      `create table "latest_metric" ("run_id" uuid not null, "key" text not null, "experiment_id" int not null, "value" double precision not null, "step" bigint not null, "timestamp" bigint not null, primary key ("run_id", "key"));`,
    );
    this.addSql(
      `insert into "latest_metric" select "run"."id", "key", "experiment_id", ("metric"->>'value')::float8, ("metric"->>'step')::bigint, ("metric"->>'timestamp')::bigint from "run", jsonb_each("metrics") as "each"("key", "metric");`,
    );
    this.addSql(`create index "latest_metric_order" on "latest_metric" ("experiment_id", "key", "value");`);

    // Without a foreign key: checking one costs as much as the row.
    this.addSql(`alter table "metric_series" drop constraint "metric_series_run_id_foreign";`);
    this.addSql(
      `alter table "metric_series" add "first_timestamp" bigint not null, add "last_timestamp" bigint not null;`,
    );
    // Chunks hardly compress and are read whole: keep them in the row, as they are, up to the size of a page.
    this.addSql(
      `alter table "metric_series" alter "steps" set storage external, alter "timestamps" set storage external, alter "values" set storage external, set (toast_tuple_target = 8160);`,
    );
    this.addSql(
      `insert into "metric_series" ("run_id", "key", "points", "first_step", "last_step", "first_timestamp", "last_timestamp", "steps", "timestamps", "values") select "run_id", "key", 1, "step", "step", "timestamp", "timestamp", int8send("step"), int8send("timestamp"), float8send("value") from "latest_metric";`,
    );

    for (const [table, column] of [
      ['run_parameter', 'parameters'],
      ['run_tag', 'tags'],
    ]) {
      this.addSql(
        `create table "${table}" ("run_id" uuid not null, "key" text not null, "experiment_id" int not null, "head" text collate "C" not null, primary key ("run_id", "key"));`,
      );
      this.addSql(
        `insert into "${table}" select "run"."id", "key", "experiment_id", left("value", 200) from "run", jsonb_each_text("${column}") as "each"("key", "value");`,
      );
      this.addSql(`create index "${table}_order" on "${table}" ("experiment_id", "key", "head");`);
    }

    this.addSql(
      `insert into "run_key" select "experiment_id", 'metric', "key", count(*) from "latest_metric" group by 1, 3 union all select "experiment_id", 'parameter', "key", count(*) from "run_parameter" group by 1, 3 union all select "experiment_id", 'tag', "key", count(*) from "run_tag" group by 1, 3;`,
    );

    this.addSql(`alter table "run" drop column "metrics";`);
    this.addSql(`create index "run_newest" on "run" ("experiment_id", "start_time" desc nulls last, "id");`);
    this.addSql(`create index "run_deleted" on "run" ("deleted_at") where "lifecycle" = 'deleted';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "run" add "metrics" jsonb not null default '{}';`);
    this.addSql(
      `update "run" set "metrics" = "latest" from (select "run_id", jsonb_object_agg("key", jsonb_build_object('value', "value", 'step', "step", 'timestamp', "timestamp")) as "latest" from "latest_metric" group by 1) as "of_run" where "run_id" = "id";`,
    );
    this.addSql(`drop index "run_newest", "run_deleted";`);
    this.addSql(`drop table "dataset", "run_input", "run_key", "latest_metric", "run_parameter", "run_tag";`);
    // The version before kept no series.
    this.addSql(`delete from "metric_series";`);
    this.addSql(
      `alter table "metric_series" drop column "first_timestamp", drop column "last_timestamp", alter "steps" set storage extended, alter "timestamps" set storage extended, alter "values" set storage extended, reset (toast_tuple_target);`,
    );
    this.addSql(
      `alter table "metric_series" add constraint "metric_series_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade;`,
    );
    this.addSql(`alter table "experiment" drop column "artifact_location", drop column "deleted_at";`);
  }
}
