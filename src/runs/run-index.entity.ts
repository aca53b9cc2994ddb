import { defineEntity, p } from '@mikro-orm/core';

/** An index holds no more of a text; longer ones are told apart by the run's own column. */
export const HEAD_LENGTH = 200;

const RunParameterSchema = defineEntity({
  name: 'RunParameter',
  tableName: 'run_parameter',
  properties: {
    runId: p.uuid().primary(),
    key: p.text().primary(),
    experimentId: p.integer(),
    /** The first {@link HEAD_LENGTH} characters of the value, in the order of their code points. */
    head: p.text().collation('C'),
  },
  indexes: [{ name: 'run_parameter_order', properties: ['experimentId', 'key', 'head'], include: ['runId'] }],
});

/** Finds and orders the runs of an experiment by a parameter. */
export class RunParameter extends RunParameterSchema.class {}
RunParameterSchema.setClass(RunParameter);

const RunTagSchema = defineEntity({
  name: 'RunTag',
  tableName: 'run_tag',
  properties: {
    runId: p.uuid().primary(),
    key: p.text().primary(),
    experimentId: p.integer(),
    head: p.text().collation('C'),
  },
  indexes: [{ name: 'run_tag_order', properties: ['experimentId', 'key', 'head'], include: ['runId'] }],
});

/** Finds and orders the runs of an experiment by a tag. */
export class RunTag extends RunTagSchema.class {}
RunTagSchema.setClass(RunTag);

export const KEY_KINDS = ['metric', 'parameter', 'tag'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

const RunKeySchema = defineEntity({
  name: 'RunKey',
  tableName: 'run_key',
  properties: {
    experimentId: p.integer().primary(),
    kind: p.enum(KEY_KINDS).primary(),
    key: p.text().collation('C').primary(),
    runs: p.integer(),
  },
});

/** The names in use in an experiment, and how many of its runs have each. */
export class RunKey extends RunKeySchema.class {}
RunKeySchema.setClass(RunKey);
