import { Controller, Delete, Get, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { download } from '../artifacts/artifact-download.js';
import { checkedFileLookup, checkedFilePath, checkedLookup, checkedNewPath } from '../artifacts/artifact-path.js';
import { ArtifactSources } from '../artifacts/artifact-sources.js';
import { ArtifactStore } from '../artifacts/artifact-store.js';
import { wholeFile } from '../artifacts/artifact-upload.js';
import { AppError } from '../errors.js';
import { Conditional } from '../http/documented.js';
import { conditionOf } from '../http/preconditions.js';
import { RestOfPath } from '../http/rest-of-path.js';
import { Settings } from '../http/route-settings.js';
import { Streamed } from '../http/streamed-route.js';
import { filesOf } from './file-info.js';
import { WireDocumented } from './wire-docs.js';
import { wireErrorAnswer } from './wire-error.js';
import { FolderChoice, FoundFiles } from './wire-file.schema.js';

/** Clients fall back to a plain PUT when the message begins with these words. */
const NO_MULTIPART = 'Multipart upload is not supported for the current artifact repository';
const NO_PRESIGNING = 'Multipart download is not supported for the current artifact repository';

/**
 * The store behind `mlflow-artifacts:/` addresses: `mlflow-artifacts:/2/<run>/artifacts/a.txt` is `artifacts/2/<run>/artifacts/a.txt`
 * here. Clients take an address apart by themselves, so nothing is known of the run that a file belongs to.
 */
@Controller(['api/2.0/mlflow-artifacts', 'ajax-api/2.0/mlflow-artifacts'])
@ApiTags('mlflow artifacts')
export class ArtifactProxyController {
  constructor(
    private readonly store: ArtifactStore,
    private readonly sources: ArtifactSources,
  ) {}

  @Get('artifacts')
  @Settings({ answerError: wireErrorAnswer })
  @WireDocumented('artifacts', {
    summary: 'List the files at a path of the artifact store, one level at a time',
    query: FolderChoice,
    answer: FoundFiles,
  })
  async list(@Query('path') path: unknown) {
    const checked = checkedLookup(typeof path === 'string' ? path : '');
    await this.sources.preparePath(checked);
    return filesOf(await this.store.list(checked));
  }

  @Get('artifacts/*')
  @Settings({ answerError: wireErrorAnswer })
  @Streamed()
  @WireDocumented('artifacts/*', { summary: 'Download a file', answer: 'file', errors: [404, 412, 416] })
  async get(
    @RestOfPath() path: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const checked = checkedFileLookup(path);
    await this.sources.preparePath(checked);
    const file = await this.store.open(checked);
    if (!file) throw new AppError('NOT_FOUND', `No artifact at path ${path}`);
    return download(file, request, reply);
  }

  @Put('artifacts/*')
  @Settings({ answerError: wireErrorAnswer })
  @Streamed()
  @WireDocumented('artifacts/*', {
    summary: 'Store a file',
    description:
      'The body is the whole file, whatever its Content-Type. Replaces what has this path. A `Content-Range` is refused.',
    body: 'file',
    errors: [404, 412],
  })
  @Conditional()
  async put(@RestOfPath() path: string, @Req() request: FastifyRequest) {
    const checked = checkedNewPath(path);
    const condition = conditionOf(request);
    // Whoever makes a condition finds what is written when somebody first looks.
    if (condition) await this.sources.preparePath(checked);
    await this.store.put(checked, wholeFile(request), condition);
    return {};
  }

  @Delete('artifacts/*')
  @Settings({ answerError: wireErrorAnswer })
  @Streamed()
  @WireDocumented('artifacts/*', {
    summary: 'Remove a file or a folder',
    description: 'Also answers 200 where nothing has this path.',
    errors: [412],
  })
  @Conditional()
  async remove(@RestOfPath() path: string, @Req() request: FastifyRequest) {
    const checked = checkedFilePath(path);
    // What is written when somebody first looks would come back.
    await this.sources.preparePath(checked);
    await this.store.remove(checked, conditionOf(request));
    return {};
  }

  @Post('mpu/*')
  @ApiExcludeEndpoint()
  @Settings({ answerError: wireErrorAnswer })
  @Streamed()
  uploadInParts() {
    throw new AppError('NOT_IMPLEMENTED', NO_MULTIPART);
  }

  @Get('presigned/*')
  @ApiExcludeEndpoint()
  @Settings({ answerError: wireErrorAnswer })
  presign() {
    throw new AppError('NOT_IMPLEMENTED', NO_PRESIGNING);
  }
}
