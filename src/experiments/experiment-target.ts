import { LIST_OPERATORS, NUMBER_OPERATORS, PRESENCE_OPERATORS, TEXT_OPERATORS } from '../search/nodes.js';
import type { SearchTarget } from '../search/target.js';

/** What an experiment can be searched for and ordered by; names and spellings are MLflow's. */
export const EXPERIMENT_TARGET: SearchTarget = {
  bare: 'attribute',
  entities: [
    {
      name: 'attribute',
      aliases: ['attributes', 'attr'],
      keys: [
        { name: 'name', type: 'text', operators: TEXT_OPERATORS, orderable: true },
        { name: 'experiment_id', type: 'text', operators: ['=', '!=', ...LIST_OPERATORS], orderable: true },
        { name: 'creation_time', type: 'time', operators: NUMBER_OPERATORS, orderable: true },
        { name: 'last_update_time', type: 'time', operators: NUMBER_OPERATORS, orderable: true },
      ],
    },
    { name: 'tag', aliases: ['tags'], type: 'text', operators: [...TEXT_OPERATORS, ...PRESENCE_OPERATORS] },
  ],
};
