import { artifactUrl, type Run } from '../../api/client';
import { artifactsQuery } from '../../api/queries';
import { Card } from '../../components/card';
import { FileTree } from './file-tree';

/** The files of a run. */
export function Artifacts({ run }: { run: Run }) {
  return (
    <Card title="Artifacts">
      <FileTree
        source={{
          query: (folder) => artifactsQuery(run, folder),
          urlOf: (path) => artifactUrl(run.run_id, path),
          listedAt: `/api/v1/runs/${run.run_id}/artifacts`,
          none: 'No files were logged.',
        }}
      />
    </Card>
  );
}
