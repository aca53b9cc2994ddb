import type { Run, Task } from '../../api/client';
import { FilteredCard } from '../../components/filtered-card';
import { useNameFilter } from '../../components/use-name-filter';
import { byName, Facts } from './facts';

/** What the run was given; a task says it as it was sent, with its numbers. */
export function Parameters({ run, task }: { run: Run; task?: Task }) {
  const filter = useNameFilter(task ? Object.entries(task.input) : byName(run.parameters), ([name]) => name);
  return (
    <FilteredCard title="Parameters" noun="parameter" filter={filter}>
      <Facts facts={filter.shown} mono />
    </FilteredCard>
  );
}
