import { Controller, Delete, Get, Param, Put, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Conditional, Documented, FileAnswer, FileBody } from '../http/documented.js';
import { EXAMPLE_ID, Id } from '../http/identifiers.js';
import { conditionOf } from '../http/preconditions.js';
import { RestOfPath } from '../http/rest-of-path.js';
import { Streamed } from '../http/streamed-route.js';
import { ArtifactList, ArtifactsQuery, RemovedArtifact, StoredArtifact } from './artifact.schema.js';
import { ArtifactService } from './artifact.service.js';
import { download } from './artifact-download.js';
import { wholeFile } from './artifact-upload.js';

const RunId = () =>
  ApiParam({
    name: 'id',
    schema: { type: 'string', example: EXAMPLE_ID },
    description: 'Of the run, with or without hyphens.',
  });
const Path = () =>
  ApiParam({
    name: 'path',
    schema: { type: 'string', maxLength: 4096, example: 'model.json' },
    description: 'Of the file in its run; its slashes may stand as they are.',
  });

@ApiTags('artifacts')
@Controller('api/v1/runs/:id/artifacts')
export class ArtifactsController {
  constructor(private readonly artifacts: ArtifactService) {}

  @Get()
  @Documented({ summary: 'List the files of a run, one level at a time', errors: [400, 404, 503] })
  @RunId()
  @ApiOkResponse({ standardSchema: ArtifactList })
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ArtifactsQuery }) { path }: z.infer<typeof ArtifactsQuery>,
  ) {
    const { rootUri, entries } = await this.artifacts.list(id, path);
    return {
      path,
      root_uri: rootUri,
      files: entries.map((entry) => ({ path: entry.path, is_dir: entry.isDirectory, size: entry.size })),
    };
  }

  @Get('*')
  @Streamed()
  @Documented({
    summary: 'Download a file of a run',
    description: 'One range of bytes may be asked for. Texts come as text/plain, everything else as bytes.',
    errors: [400, 404, 409, 412, 416, 503],
  })
  @RunId()
  @Path()
  @FileAnswer()
  async get(
    @Param('id', { schema: Id }) id: string,
    @RestOfPath() path: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return download(await this.artifacts.open(id, path), request, reply);
  }

  @Put('*')
  @Streamed()
  @Documented({
    summary: 'Store a file of a run',
    description:
      'The body is the whole file, byte by byte, whatever its Content-Type. Replaces what has this path. A `Content-Range` is refused.',
    errors: [400, 404, 409, 412, 503],
  })
  @RunId()
  @Path()
  @Conditional()
  @FileBody()
  @ApiOkResponse({ standardSchema: StoredArtifact })
  async put(@Param('id', { schema: Id }) id: string, @RestOfPath() path: string, @Req() request: FastifyRequest) {
    return { path, ...(await this.artifacts.put(id, path, wholeFile(request), conditionOf(request))) };
  }

  @Delete('*')
  @Streamed()
  @Documented({
    summary: 'Remove a file or a folder of a run',
    description: 'Also answers 200 where nothing has this path.',
    errors: [400, 404, 409, 412, 503],
  })
  @RunId()
  @Path()
  @Conditional()
  @ApiOkResponse({ standardSchema: RemovedArtifact })
  async remove(@Param('id', { schema: Id }) id: string, @RestOfPath() path: string, @Req() request: FastifyRequest) {
    await this.artifacts.remove(id, path, conditionOf(request));
    return { path };
  }
}
