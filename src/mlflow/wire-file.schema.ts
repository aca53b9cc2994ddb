import { z } from 'zod';
import { EXAMPLE_RUN_ID, RunIdField } from './wire-message.schema.js';

const files = z
  .array(
    z.object({
      path: z.string(),
      is_dir: z.boolean(),
      file_size: z.number().int().optional().describe('Bytes; absent where it is 0.'),
    }),
  )
  .optional();

export const FolderChoice = z
  .object({ path: z.string().optional().describe('Of a folder; absent = the root.') })
  .meta({ examples: [{ path: `0/${EXAMPLE_RUN_ID}/artifacts` }] });

export const RunFolderChoice = z
  .object({ run_id: RunIdField, path: z.string().optional().describe('Of a folder in the run; absent = all of it.') })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, path: 'model' }] });

export const RunFileChoice = z
  .object({ run_id: RunIdField, path: z.string().describe('Of the file in its run.') })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, path: 'model/MLmodel' }] });

export const ModelFolderChoice = z
  .object({ artifact_directory_path: z.string().optional().describe('Of a folder in the model; absent = all of it.') })
  .meta({ examples: [{ artifact_directory_path: 'data' }] });

export const ModelFileChoice = z
  .object({ artifact_file_path: z.string().describe('Of the file in the model.') })
  .meta({ examples: [{ artifact_file_path: 'MLmodel' }] });

export const FoundFiles = z.object({ files }).meta({ id: 'MlflowFiles' });
export const FoundFilesBelow = z.object({ root_uri: z.string(), files }).meta({ id: 'MlflowFilesBelow' });
