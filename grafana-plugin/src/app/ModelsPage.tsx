import { useRef, useState, type ChangeEvent } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat } from '@grafana/data';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import { removeModel, saveModel, type ModelPlace, type StoredModel } from '../shared/models.js';
import { scoringService } from '../shared/services.js';
import { useModels } from '../shared/useDetectors.js';
import { placeName } from './places.js';
import { TrainForm } from './TrainForm.js';
import { Trans, t } from '../shared/i18n.js';

/** Larger files are no model of ours, and would not fit into what Grafana or a browser keeps. */
const megabytesAtMost = 32;

/** Fitted models: imported from files, or trained here on an interval that was normal. */
export function ModelsPage() {
  const styles = useStyles2(getStyles);
  const [revision, setRevision] = useState(0);
  const models = useModels(revision);
  const [problem, setProblem] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const changed = () => setRevision((n) => n + 1);

  const onFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.currentTarget.files?.[0];
    event.currentTarget.value = '';
    if (!chosen) return;
    setProblem('');
    try {
      await importModel(chosen, models);
      changed();
    } catch (error) {
      setProblem(`${chosen.name}: ${(error as Error).message}`);
    }
  };
  const remove = (model: StoredModel & { place: ModelPlace }) =>
    void removeModel(model.name, model.place).then(changed, (error: Error) => setProblem(error.message));

  return (
    <div data-testid="heed-models">
      <p>
        <Trans i18nKey="models.lead">
          The default detector needs no model. A model is for detectors that learn: train one here on an
          interval that was normal, or import a file that <code>heed fit</code> or a notebook wrote. Queries
          then choose it by its name.
        </Trans>
      </p>
      {problem && (
        <Alert severity="error" title={t('models.no-model', 'This is no model')}>
          {problem}
        </Alert>
      )}
      {models.length > 0 ? (
        <ModelTable models={models} onRemove={remove} />
      ) : (
        <p>{t('models.none', 'There is no model yet.')}</p>
      )}
      <Button variant="secondary" icon="upload" onClick={() => file.current?.click()}>
        {t('models.import', 'Import a model file')}
      </Button>
      <input
        ref={file}
        type="file"
        accept=".heed,.json,application/json"
        className={styles.file}
        aria-label={t('models.file', 'Model file')}
        onChange={(event) => void onFile(event)}
      />
      <TrainForm onTrained={changed} />
    </div>
  );
}

interface TableProps {
  readonly models: ReturnType<typeof useModels>;
  readonly onRemove: (model: StoredModel & { place: ModelPlace }) => void;
}

function ModelTable({ models, onRemove }: TableProps) {
  const styles = useStyles2(getStyles);
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>{t('models.name', 'name')}</th>
          <th>{t('models.detector', 'detector')}</th>
          <th>{t('models.for', 'for')}</th>
          <th>{t('models.added', 'added')}</th>
          <th>{t('models.size', 'size')}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <tr key={model.name}>
            <td>{model.name}</td>
            <td>{model.detector}</td>
            <td>{placeName(model.place)}</td>
            <td>{dateTimeFormat(model.added)}</td>
            <td>{t('models.kilobytes', '{{size}} KB', { size: Math.ceil(model.text.length / 1024) })}</td>
            <td className={styles.right}>
              <Button
                size="sm"
                variant="secondary"
                icon="trash-alt"
                aria-label={t('models.remove', 'Remove {{name}}', { name: model.name })}
                onClick={() => onRemove(model)}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

async function importModel(file: File, models: ReadonlyArray<{ name: string }>): Promise<void> {
  if (file.size > megabytesAtMost * 2 ** 20) {
    throw new Error(
      t('models.too-large', 'the file has {{size}} MB; a model has {{most}} MB at most.', {
        size: Math.round(file.size / 2 ** 20),
        most: megabytesAtMost,
      }),
    );
  }
  const text = await file.text();
  const { detector } = await scoringService().run({ kind: 'inspect', model: text });
  const name = freeName(file.name.replace(/\.(heed|json)$/, ''), models);
  await saveModel({ name, detector, text, added: Date.now() });
}

/** A model that is imported takes no other's place: queries use it by its name. */
function freeName(wished: string, models: ReadonlyArray<{ name: string }>): string {
  const taken = new Set(models.map(({ name }) => name));
  let name = wished;
  for (let n = 2; taken.has(name); n++) name = `${wished} ${n}`;
  return name;
}

const getStyles = () => ({
  file: css({ display: 'none' }),
  table: css({ width: '100%', marginBottom: 12 }),
  right: css({ textAlign: 'right' }),
});
