import { LIST_OPERATORS, NUMBER_OPERATORS, PRESENCE_OPERATORS, TEXT_OPERATORS } from '../search/nodes.js';
import type { KnownKey, SearchTarget } from '../search/target.js';

const TEXT: Pick<KnownKey, 'type' | 'operators' | 'ownOperators'> = {
  type: 'text',
  operators: TEXT_OPERATORS,
  ownOperators: LIST_OPERATORS,
};
const LISTED: Pick<KnownKey, 'type' | 'operators'> = {
  type: 'text',
  operators: [...TEXT_OPERATORS, ...LIST_OPERATORS],
};
const TIME: Pick<KnownKey, 'type' | 'operators' | 'ownOperators'> = {
  type: 'time',
  operators: NUMBER_OPERATORS,
  ownOperators: PRESENCE_OPERATORS,
};
const LABEL = {
  type: 'text',
  operators: [...TEXT_OPERATORS, ...PRESENCE_OPERATORS],
  ownOperators: LIST_OPERATORS,
  orderable: true,
} as const;
const MEASURED = {
  type: 'number',
  operators: NUMBER_OPERATORS,
  ownOperators: PRESENCE_OPERATORS,
  orderable: true,
} as const;

/** What a run can be searched for and ordered by; names and spellings are MLflow's. */
export const RUN_TARGET: SearchTarget = {
  bare: 'attribute',
  entities: [
    { name: 'metric', aliases: ['metrics'], ...MEASURED },
    { name: 'parameter', aliases: ['parameters', 'param', 'params'], ...LABEL, numericText: true },
    { name: 'tag', aliases: ['tags'], ...LABEL },
    {
      name: 'attribute',
      aliases: ['attributes', 'attr', 'run'],
      keys: [
        { name: 'status', ...TEXT, orderable: true },
        { name: 'artifact_uri', ...TEXT, orderable: true },
        { name: 'run_name', filterAliases: ['run name', 'Run name', 'Run Name'], ...TEXT, orderable: true },
        { name: 'user_id', ...TEXT, orderable: true },
        { name: 'run_id', ...LISTED, orderable: true },
        { name: 'start_time', aliases: ['created', 'Created'], ...TIME, orderable: true },
        { name: 'end_time', ...TIME, orderable: true },
      ],
    },
    {
      name: 'dataset',
      aliases: ['datasets'],
      keys: [
        { name: 'name', ...LISTED },
        { name: 'digest', ...LISTED },
        { name: 'context', ...LISTED },
      ],
    },
  ],
};
