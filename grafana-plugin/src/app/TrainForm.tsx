import { useState } from 'react';
import { css } from '@emotion/css';
import type { DataQuery, DataSourceInstanceSettings, GrafanaTheme2 } from '@grafana/data';
import { DataSourcePicker } from '@grafana/runtime';
import { Alert, Button, InlineField, useStyles2 } from '@grafana/ui';
import type { Progress } from '@heed/core';
import { dataSourceId } from '../datasource/types.js';
import { useSource } from '../shared/useSource.js';
import { TrainFields, useTrainFields } from './TrainFields.js';
import { useTraining } from './useTraining.js';
import { t } from '../shared/i18n.js';

/** Trains a model on an interval that was normal. */
export function TrainForm({ onTrained }: { onTrained: () => void }) {
  const styles = useStyles2(getStyles);
  const [settings, setSettings] = useState<DataSourceInstanceSettings>();
  const { source } = useSource(settings ? { type: settings.type, uid: settings.uid } : undefined);
  const [query, setQuery] = useState<DataQuery>({ refId: 'A' });
  const fields = useTrainFields();
  const { progress, message, train, cancel } = useTraining(onTrained);
  const Inner = source?.components?.QueryEditor;
  const { detector, values } = fields;
  return (
    <section className={styles.section} data-testid="heed-train">
      <h4>{t('train.title', 'Train a model')}</h4>
      <InlineField label={t('train.source', 'Data source')} labelWidth={16}>
        <DataSourcePicker
          inputId="heed-train-source"
          current={settings?.uid ?? null}
          metrics
          noDefault
          placeholder={t('train.where', 'Where are the data?')}
          filter={(candidate) => candidate.type !== dataSourceId}
          onChange={setSettings}
        />
      </InlineField>
      {source && Inner && (
        <Inner
          datasource={source}
          query={{ ...query, refId: 'A' }}
          onChange={(next: DataQuery) => setQuery(next)}
          onRunQuery={() => undefined}
        />
      )}
      <TrainFields {...fields} />
      <div className={styles.action}>
        {progress ? (
          <TrainProgress progress={progress} onCancel={cancel} />
        ) : (
          <Button
            disabled={!source || !detector || !values.name.trim()}
            onClick={() => void train({ ...values, settings: settings!, query, detector })}
          >
            {t('train.train', 'Train')}
          </Button>
        )}
      </div>
      {message && (
        <Alert severity={message.severity} title={message.title} className={styles.message}>
          {message.text}
        </Alert>
      )}
    </section>
  );
}

function TrainProgress({ progress, onCancel }: { progress: Progress; onCancel: () => void }) {
  return (
    <>
      <Button variant="destructive" onClick={onCancel}>
        {t('train.cancel', 'Cancel')}
      </Button>
      <progress max={1} value={progress.done} aria-label={t('train.training', 'Training')} />
      <span role="status">
        {progress.epoch === undefined
          ? progress.phase
          : t('train.epoch', 'epoch {{epoch}} of {{epochs}}', {
              epoch: progress.epoch,
              epochs: progress.epochs ?? '?',
            })}
        {progress.loss === undefined
          ? ''
          : t('train.loss', ', loss {{loss}}', { loss: progress.loss.toPrecision(3) })}
      </span>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ marginTop: 24, borderTop: `1px solid ${theme.colors.border.weak}`, paddingTop: 16 }),
  action: css({ display: 'flex', gap: 12, alignItems: 'center' }),
  message: css({ marginTop: 12 }),
});
