import type { Run } from '../../api/client';
import { Card } from '../../components/card';
import { Facts } from './facts';

/** What a run says that it learned from. */
export function Datasets({ datasets }: { datasets: Run['datasets'] }) {
  return datasets.map(({ name, digest, source_type, source, context }) => (
    <Card key={`${name} ${digest} ${context}`} title="Data set" note={context}>
      <Facts
        facts={[
          ['Name', name],
          ['Digest', digest],
          ['Kind', source_type],
          ['Source', source],
        ]}
      />
    </Card>
  ));
}
