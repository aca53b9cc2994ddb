import { defineEntity, p } from '@mikro-orm/core';
import { ExperimentRepository } from './experiment.repository.js';

/** Whether a record is shown, or waits in the bin. */
export const LIFECYCLES = ['active', 'deleted'] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

const ExperimentSchema = defineEntity({
  name: 'Experiment',
  tableName: 'experiment',
  repository: () => ExperimentRepository,
  properties: {
    id: p.integer().primary(),
    name: p.text().unique(),
    description: p.text().nullable(),
    lifecycle: p.enum(LIFECYCLES).default('active'),
    /** Where artifacts go; null = to this server, under the experiment's id. */
    artifactLocation: p.text().nullable(),
    deletedAt: p.datetime(6).nullable(),
    createdAt: p.datetime(6).defaultRaw('now()'),
    updatedAt: p.datetime(6).defaultRaw('now()'),
  },
});

/** A named group of runs. */
export class Experiment extends ExperimentSchema.class {}
ExperimentSchema.setClass(Experiment);

const ExperimentTagSchema = defineEntity({
  name: 'ExperimentTag',
  tableName: 'experiment_tag',
  properties: {
    experiment: () => p.manyToOne(Experiment).primary().deleteRule('cascade'),
    key: p.text().primary(),
    value: p.text(),
  },
});

export class ExperimentTag extends ExperimentTagSchema.class {}
ExperimentTagSchema.setClass(ExperimentTag);
