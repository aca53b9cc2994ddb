import { useQuery } from '@tanstack/react-query';
import { type LoggedModel, modelFilesUrl, modelFileUrl, type Run } from '../../api/client';
import { modelFilesQuery, modelsQuery } from '../../api/queries';
import { Card } from '../../components/card';
import { CopyButton } from '../../components/copy-button';
import { ErrorCard } from '../../components/error-card';
import { FileTree, Fold } from './file-tree';
import styles from './logged-models.module.css';

const PREFIX = 'LOGGED_MODEL_';

/** The models that a client logged from a run, each with its files; nothing where there are none. */
export function LoggedModels({ run }: { run: Run }) {
  const { data: models, error, refetch } = useQuery(modelsQuery(run));
  if (error && !models) return <ErrorCard what="The models" error={error} onRetry={() => void refetch()} />;
  if (!models || models.length === 0) return null;
  return (
    <Card title="Logged models">
      <ul className={styles.list}>
        {models.map((model) => (
          <li key={model.info.model_id}>
            <Fold title={<Title model={model} />}>
              <p className={styles.address}>
                <code>models:/{model.info.model_id}</code>{' '}
                <CopyButton text={`models:/${model.info.model_id}`} what="the address for load_model" />
              </p>
              <FileTree
                source={{
                  query: (folder) => modelFilesQuery(run, model.info.model_id, folder),
                  urlOf: (path) => modelFileUrl(model.info.model_id, path),
                  listedAt: modelFilesUrl(model.info.model_id),
                  none: 'No files were logged.',
                }}
              />
            </Fold>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** What it is called, and where it is not the usual what it is and how it stands. */
function Title({ model: { info } }: { model: LoggedModel }) {
  const status = info.status.replace(PREFIX, '');
  const more = [info.model_type, status === 'READY' ? '' : status].filter(Boolean).join(', ');
  return (
    <>
      {info.name}
      {more && <span className={styles.more}> {more}</span>}
    </>
  );
}
