import { ArtifactService } from '../artifacts/artifact.service.js';
import { filesOf } from './file-info.js';
import { Fields, type WireFields } from './wire-fields.js';
import { FoundFilesBelow, RunFolderChoice } from './wire-file.schema.js';
import { WireController, WireRoute } from './wire-route.js';
import { runIdOfRequest } from './wire-run-id.js';

/** The files of a run as MLflow's own list shows them: paths begin at the run. */
@WireController('artifacts')
export class ArtifactListController {
  constructor(private readonly artifacts: ArtifactService) {}

  @WireRoute('GET', 'list', {
    summary: 'List the files of a run, one level at a time',
    query: RunFolderChoice,
    answer: FoundFilesBelow,
  })
  async list(@Fields() fields: WireFields) {
    const { rootUri, entries } = await this.artifacts.list(runIdOfRequest(fields), fields.string('path'));
    return { root_uri: rootUri, ...filesOf(entries) };
  }
}
