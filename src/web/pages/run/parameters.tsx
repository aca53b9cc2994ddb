import type { Run, Task } from '../../api/client';
import { FilteredCard } from '../../components/filtered-card';
import { useNameFilter } from '../../components/use-name-filter';
import { Facts } from './facts';

/** What the run was given; a task says it as it was sent, with its numbers. */
export function Parameters({ run, task }: { run: Run; task?: Task }) {
  const filter = useNameFilter(Object.entries(task?.input ?? run.parameters), ([name]) => name);
  return (
    <FilteredCard title="Parameters" noun="parameter" filter={filter}>
      <Facts facts={filter.shown} mono />
    </FilteredCard>
  );
}
