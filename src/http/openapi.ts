import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '../version.js';
import { EVERYWHERE } from './documented.js';

/** The description of every route, from the schemas that check them. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Cellar')
    .setDescription(
      [
        'Runs machine-learning experiments and keeps every result. Errors share one shape: `{code, message, details[], requestId}`.',
        "What is tagged `mlflow` is the wire of MLflow: its clients use it, and errors have MLflow's shape, `{error_code, message}`. It reads leniently: unknown fields are ignored, numbers may be texts, names may be in camel case. Each of its routes below `/api` also answers below `/ajax-api`.",
      ].join('\n\n'),
    )
    .setVersion(VERSION)
    .build();
  const document = SwaggerModule.createDocument(app, config);
  // The same routes at a second address, for pages made for MLflow.
  for (const path of Object.keys(document.paths)) if (path.startsWith('/ajax-api/')) delete document.paths[path];
  for (const operation of operationsOf(document)) {
    // The number that told the two apart.
    operation.operationId = operation.operationId?.replace(/\[\d\]$/, '');
    for (const [status, description] of Object.entries(EVERYWHERE)) {
      operation.responses[status] ??= {
        description,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      };
    }
  }
  return document;
}

/** Swagger UI at /docs, the document at /docs-json. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Cellar API',
    swaggerOptions: { validatorUrl: null, queryConfigEnabled: false, tryItOutEnabled: true },
  });
}

function operationsOf(document: OpenAPIObject) {
  return Object.values(document.paths).flatMap((path) =>
    [path.get, path.post, path.put, path.patch, path.delete].filter((operation) => operation !== undefined),
  );
}
