import { LIST_OPERATORS, NUMBER_OPERATORS, TEXT_OPERATORS } from '../search/nodes.js';
import type { KnownKey, SearchTarget } from '../search/target.js';

const LABEL_OPERATORS = [...TEXT_OPERATORS, ...LIST_OPERATORS];
const TEXT: Pick<KnownKey, 'type' | 'operators' | 'orderable'> = {
  type: 'text',
  operators: LABEL_OPERATORS,
  orderable: true,
};
const TIME: Pick<KnownKey, 'type' | 'operators' | 'orderable'> = {
  type: 'time',
  operators: NUMBER_OPERATORS,
  orderable: true,
};

/** What a model can be searched for and ordered by; names and spellings are MLflow's, which knows the plural here only. */
export const LOGGED_MODEL_TARGET: SearchTarget = {
  bare: 'attributes',
  hasWideKeys: true,
  entities: [
    { name: 'metrics', aliases: [], type: 'number', operators: NUMBER_OPERATORS, orderable: true },
    { name: 'params', aliases: [], type: 'text', operators: LABEL_OPERATORS },
    { name: 'tags', aliases: [], type: 'text', operators: LABEL_OPERATORS },
    {
      name: 'attributes',
      aliases: [],
      keys: [
        { name: 'name', ...TEXT },
        { name: 'model_id', ...TEXT },
        { name: 'model_type', ...TEXT },
        { name: 'status', ...TEXT },
        { name: 'experiment_id', ...TEXT, orderable: false },
        { name: 'lifecycle_stage', ...TEXT, orderable: false },
        { name: 'source_run_id', ...TEXT },
        { name: 'creation_timestamp', aliases: ['creation_time', 'creation_timestamp_ms'], ...TIME },
        { name: 'last_updated_timestamp', aliases: ['last_updated_time', 'last_updated_timestamp_ms'], ...TIME },
      ],
    },
  ],
};
