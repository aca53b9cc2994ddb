import { z } from 'zod';

/** Query of a list of files. */
export const ArtifactsQuery = z.strictObject({
  path: z
    .string()
    .default('')
    .describe('A folder of the run; absent = its uppermost one.')
    .meta({ examples: ['model'] }),
});

/** One level of a run's files. */
export const ArtifactList = z
  .object({
    path: z.string().describe('The folder, as it was asked for.'),
    root_uri: z
      .string()
      .describe('The uppermost folder, as MLflow clients name it.')
      .meta({ examples: ['mlflow-artifacts:/1/019aa3c45b1e7c3a9d422f6b8e1a7c05/artifacts'] }),
    files: z
      .array(
        z.object({
          path: z
            .string()
            .describe('From the uppermost folder of the run.')
            .meta({ examples: ['model/MLmodel'] }),
          is_dir: z.boolean(),
          size: z.number().int().describe('Bytes; 0 for a folder.'),
        }),
      )
      .describe('In the order of their paths; empty where there is no such folder, or the files are kept elsewhere.'),
  })
  .meta({ id: 'ArtifactList' });

/** What was stored. */
export const StoredArtifact = z
  .object({
    path: z.string(),
    size: z.number().int().describe('Bytes.'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .meta({ id: 'StoredArtifact' });

export const RemovedArtifact = z
  .object({ path: z.string().describe('Nothing has this path now, whether or not something had.') })
  .meta({ id: 'RemovedArtifact' });
