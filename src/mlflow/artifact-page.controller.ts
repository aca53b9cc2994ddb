import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ArtifactService } from '../artifacts/artifact.service.js';
import { download } from '../artifacts/artifact-download.js';
import { wholeFile } from '../artifacts/artifact-upload.js';
import { Conditional } from '../http/documented.js';
import { conditionOf } from '../http/preconditions.js';
import { Settings } from '../http/route-settings.js';
import { Streamed } from '../http/streamed-route.js';
import { hasBody } from '../http/transfer-clock.js';
import { WireDocumented } from './wire-docs.js';
import { invalidParameter, wireErrorAnswer } from './wire-error.js';
import { QueryFields } from './wire-fields.js';
import { RunFileChoice } from './wire-file.schema.js';
import { runIdOfRequest } from './wire-run-id.js';

/** One file of a run, at the two addresses that MLflow's pages and the programs made for them use. */
@Controller()
@ApiTags('mlflow artifacts')
export class ArtifactPageController {
  constructor(private readonly artifacts: ArtifactService) {}

  @Get('get-artifact')
  @Streamed()
  @Settings({ answerError: wireErrorAnswer })
  @WireDocumented('get-artifact', {
    summary: 'Download a file of a run',
    query: RunFileChoice,
    answer: 'file',
    errors: [404, 412, 416],
  })
  async get(@Query() query: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const fields = new QueryFields(query);
    const file = await this.artifacts.open(runIdOfRequest(fields), fields.requiredString('path'));
    return download(file, request, reply);
  }

  @Post(['api/2.0/mlflow/upload-artifact', 'ajax-api/2.0/mlflow/upload-artifact'])
  @HttpCode(200)
  @Streamed()
  @Settings({ answerError: wireErrorAnswer })
  @WireDocumented('upload-artifact', {
    summary: 'Store a file of a run',
    query: RunFileChoice,
    body: 'file',
    answer: 'nothing',
    errors: [404, 412],
  })
  @Conditional()
  async put(@Query() query: unknown, @Req() request: FastifyRequest) {
    const fields = new QueryFields(query);
    if (!hasBody(request)) throw invalidParameter('The body is the file, and is empty.');
    const path = fields.requiredString('path');
    await this.artifacts.put(runIdOfRequest(fields), path, wholeFile(request), conditionOf(request));
  }
}
