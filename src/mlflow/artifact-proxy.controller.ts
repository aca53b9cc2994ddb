import { Controller, Delete, Get, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { download } from '../artifacts/artifact-download.js';
import { checkedFilePath, checkedPath } from '../artifacts/artifact-path.js';
import { ArtifactSources } from '../artifacts/artifact-sources.js';
import { ArtifactStore } from '../artifacts/artifact-store.js';
import { AppError } from '../errors.js';
import { RestOfPath } from '../http/rest-of-path.js';
import { Settings } from '../http/route-settings.js';
import { Streamed } from '../http/streamed-route.js';
import { filesOf } from './file-info.js';
import { wireErrorAnswer } from './wire-error.js';

/** Clients fall back to a plain PUT when the message begins with these words. */
const NO_MULTIPART = 'Multipart upload is not supported for the current artifact repository';

/**
 * The store behind `mlflow-artifacts:/` addresses: `mlflow-artifacts:/2/<run>/artifacts/a.txt` is `artifacts/2/<run>/artifacts/a.txt`
 * here. Clients take an address apart by themselves, so nothing is known of the run that a file belongs to.
 */
@Controller(['api/2.0/mlflow-artifacts', 'ajax-api/2.0/mlflow-artifacts'])
@ApiExcludeController()
export class ArtifactProxyController {
  constructor(
    private readonly store: ArtifactStore,
    private readonly sources: ArtifactSources,
  ) {}

  @Get('artifacts')
  @Settings({ answerError: wireErrorAnswer })
  async list(@Query('path') path: unknown) {
    const checked = checkedPath(typeof path === 'string' ? path : '');
    await this.sources.preparePath(checked);
    return filesOf(await this.store.list(checked));
  }

  @Get('artifacts/*')
  @Settings({ answerError: wireErrorAnswer })
  @Streamed()
  async get(
    @RestOfPath() path: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const checked = checkedFilePath(path);
    await this.sources.preparePath(checked);
    const file = await this.store.open(checked);
    if (!file) throw new AppError('NOT_FOUND', `No artifact at path ${path}`);
    return download(file, checked[checked.length - 1], request, reply);
  }

  @Put('artifacts/*')
  @Settings({ answerError: wireErrorAnswer })
  @Streamed()
  async put(@RestOfPath() path: string, @Req() request: FastifyRequest) {
    await this.store.put(checkedFilePath(path), request.raw);
    return {};
  }

  @Delete('artifacts/*')
  @Settings({ answerError: wireErrorAnswer })
  @Streamed()
  async remove(@RestOfPath() path: string) {
    await this.store.remove(checkedFilePath(path));
    return {};
  }

  @Post('mpu/*')
  @Settings({ answerError: wireErrorAnswer })
  @Streamed()
  uploadInParts() {
    throw new AppError('NOT_IMPLEMENTED', NO_MULTIPART);
  }

  @Get('presigned/*')
  @Settings({ answerError: wireErrorAnswer })
  presign() {
    throw new AppError('NOT_IMPLEMENTED', NO_MULTIPART);
  }
}
