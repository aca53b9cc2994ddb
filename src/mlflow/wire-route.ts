import { applyDecorators, Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Settings } from '../http/route-settings.js';
import { type WireDocs, WireDocumented } from './wire-docs.js';
import { wireErrorAnswer } from './wire-error.js';

/** A batch of the largest legal values, each character written as an escape, has 17 MB. */
const BODY_LIMIT = 64 * 1024 * 1024;

const METHODS = { GET: Get, POST: Post, PATCH: Patch, DELETE: Delete };

/** Routes below both addresses of MLflow's API: that of its clients, and that of its pages. */
export const WireController = (path: string) =>
  applyDecorators(
    Controller(['api/2.0/mlflow', 'ajax-api/2.0/mlflow'].map((base) => `${base}/${path}`)),
    ApiTags(`mlflow ${path}`),
  );

/** A route of the wire: lenient about bodies, with errors as the clients read them. What succeeds is always a 200. */
export const WireRoute = (method: keyof typeof METHODS, path: string, docs: WireDocs) =>
  applyDecorators(
    METHODS[method](path),
    WireDocumented(path, docs),
    HttpCode(200),
    Settings({ bodyLimit: BODY_LIMIT, isLenient: true, isUncompressed: true, answerError: wireErrorAnswer }),
  );
