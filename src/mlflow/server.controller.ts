import { All, Controller, Get, Header, Req } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../errors.js';
import { Documented } from '../http/documented.js';
import { Settings } from '../http/route-settings.js';
import { allowedMethods } from '../http/route-table.js';
import { WireDocumented } from './wire-docs.js';
import { WireError, wireErrorAnswer } from './wire-error.js';

/** The version of MLflow whose wire this is; clients compare it with what they know. */
const MLFLOW_VERSION = '3.17.2';

const ServerInfo = z
  .object({
    store_type: z.literal('SqlStore'),
    workspaces_enabled: z.boolean(),
    trace_archival_enabled: z.boolean(),
    multipart_uploads_enabled: z.boolean(),
    multipart_downloads_enabled: z.boolean(),
    presigned_upload_run_id_supported: z.boolean(),
    presigned_upload_model_id_supported: z.boolean(),
  })
  .meta({ id: 'MlflowServerInfo' });

/** What clients ask about the server itself. */
@Controller()
@ApiTags('mlflow server')
export class WireServerController {
  @Get('version')
  @Documented({ summary: 'The version of MLflow whose wire is served' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string', example: MLFLOW_VERSION } } } })
  @Header('content-type', 'text/plain; charset=utf-8')
  version(): string {
    return MLFLOW_VERSION;
  }

  @Get(['api/3.0/mlflow/server-info', 'ajax-api/3.0/mlflow/server-info'])
  @Settings({ answerError: wireErrorAnswer })
  @WireDocumented('server-info', { summary: 'What this server can do', answer: ServerInfo, errors: [] })
  serverInfo(): z.infer<typeof ServerInfo> {
    return {
      store_type: 'SqlStore',
      workspaces_enabled: false,
      trace_archival_enabled: false,
      multipart_uploads_enabled: false,
      multipart_downloads_enabled: false,
      presigned_upload_run_id_supported: false,
      presigned_upload_model_id_supported: false,
    };
  }

  /** Clients take a 404 with another body for a fault of the server. */
  @ApiExcludeEndpoint()
  @All(['api/2.0/*', 'api/3.0/*', 'ajax-api/2.0/*', 'ajax-api/3.0/*'])
  @Settings({ isLenient: true, answerError: wireErrorAnswer })
  unknown(@Req() request: FastifyRequest): never {
    const methods = allowedMethods(request.url);
    if (methods.length > 0) {
      throw new AppError('METHOD_NOT_ALLOWED', undefined, {
        details: [{ field: 'method', reason: `${request.method} is not taken here`, allowed: methods.join(', ') }],
      });
    }
    throw new WireError('ENDPOINT_NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`);
  }
}
