import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '../version.js';
import { EVERYWHERE } from './documented.js';

/** The description of every route, from the schemas that check them. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Cellar')
    .setDescription(
      'Runs machine-learning experiments and keeps every result. Errors share one shape: `{code, message, details[], requestId}`.',
    )
    .setVersion(VERSION)
    .build();
  const document = SwaggerModule.createDocument(app, config);
  for (const operation of operationsOf(document)) {
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
