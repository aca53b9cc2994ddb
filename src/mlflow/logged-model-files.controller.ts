import { Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { download } from '../artifacts/artifact-download.js';
import { checkedFileLookup, checkedLookup, joined } from '../artifacts/artifact-path.js';
import { ArtifactStore } from '../artifacts/artifact-store.js';
import { type FilesLocation, locationAt } from '../artifacts/run-location.js';
import { AppError } from '../errors.js';
import { Streamed } from '../http/streamed-route.js';
import { LoggedModelService } from '../models/logged-model.service.js';
import { modelLocation } from '../models/model-location.js';
import { modelIdOf } from '../models/model-refusals.js';
import { filesOf } from './file-info.js';
import { FoundFilesBelow, ModelFileChoice, ModelFolderChoice } from './wire-file.schema.js';
import { WireController, WireRoute } from './wire-route.js';

const ListQuery = z.object({ artifact_directory_path: z.string().default('') });
const FileQuery = z.object({ artifact_file_path: z.string().default('') });

/** The files of a logged model: paths begin at the model. Clients write them through the artifact proxy. */
@WireController('logged-models')
export class LoggedModelFilesController {
  constructor(
    private readonly models: LoggedModelService,
    private readonly store: ArtifactStore,
  ) {}

  /** Empty where the files are kept elsewhere. */
  @WireRoute('GET', ':id/artifacts/directories', {
    summary: 'List the files of a logged model, one level at a time',
    query: ModelFolderChoice,
    answer: FoundFilesBelow,
  })
  async list(@Param('id') id: string, @Query({ schema: ListQuery }) query: z.infer<typeof ListQuery>) {
    const below = checkedLookup(query.artifact_directory_path);
    const { uri, root } = await this.#location(id);
    const entries = root ? await this.store.list(joined(root, below)) : [];
    const files = entries.map((entry) => ({ ...entry, path: [...below, entry.path].join('/') }));
    return { root_uri: uri, ...filesOf(files) };
  }

  @WireRoute('GET', ':id/artifacts/files', {
    summary: 'Download a file of a logged model',
    query: ModelFileChoice,
    answer: 'file',
    errors: [404, 412, 416],
  })
  @Streamed()
  async get(
    @Param('id') id: string,
    @Query({ schema: FileQuery }) query: z.infer<typeof FileQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const below = checkedFileLookup(query.artifact_file_path);
    const { root } = await this.#location(id);
    const file = root && (await this.store.open(joined(root, below)));
    if (!file) throw new AppError('NOT_FOUND', `No artifact at path ${query.artifact_file_path}`);
    return download(file, request, reply);
  }

  async #location(id: string): Promise<FilesLocation> {
    return locationAt(modelLocation(await this.models.get(modelIdOf(id))));
  }
}
