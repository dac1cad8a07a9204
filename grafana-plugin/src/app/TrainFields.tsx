import { useState } from 'react';
import { css } from '@emotion/css';
import { Combobox, InlineField, useStyles2 } from '@grafana/ui';
import type { DetectorListing } from '../shared/jobTypes.js';
import { TextInput } from '../shared/inputs.js';
import { useDetectors } from '../shared/useDetectors.js';
import { t } from '../shared/i18n.js';

interface Values {
  readonly epochs: string;
  readonly name: string;
  /** ISO 8601. */
  readonly start: string;
  readonly end: string;
}

/** ISO 8601 without the milliseconds that nobody would write. */
const isoSeconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

export function useTrainFields() {
  const trainable = useDetectors().filter(
    ({ input, tags }) => tags.needsTraining && !tags.supervised && input === 'series',
  );
  const [chosen, setChosen] = useState('');
  const [values, setValues] = useState<Values>(() => ({
    epochs: '',
    name: '',
    start: isoSeconds(Date.now() - 6 * 3600e3),
    end: isoSeconds(Date.now()),
  }));
  const change = (part: Partial<Values>) => setValues((old) => ({ ...old, ...part }));
  return { trainable, detector: chosen || trainable[0]?.id || '', setDetector: setChosen, values, change };
}

/** The range, the detector, and what the model is called. */
export function TrainFields({
  trainable,
  detector,
  setDetector,
  values,
  change,
}: ReturnType<typeof useTrainFields>) {
  const styles = useStyles2(getStyles);
  const listing: DetectorListing | undefined = trainable.find(({ id }) => id === detector);
  const usualEpochs = listing?.defaults.epochs;
  const isDate = (text: string) => Number.isFinite(Date.parse(text));
  return (
    <>
      <div className={styles.row}>
        <InlineField label={t('train.from', 'From')} labelWidth={16}>
          <TextInput
            id="heed-train-from"
            width={28}
            value={values.start}
            onCommit={(start) => isDate(start) && change({ start })}
          />
        </InlineField>
        <InlineField label={t('train.to', 'to')}>
          <TextInput
            id="heed-train-to"
            width={28}
            value={values.end}
            onCommit={(end) => isDate(end) && change({ end })}
          />
        </InlineField>
      </div>
      <div className={styles.row}>
        <InlineField label={t('train.detector', 'Detector')} labelWidth={16}>
          <Combobox
            id="heed-train-detector"
            width={36}
            options={trainable.map((d) => ({ value: d.id, label: d.id, description: d.summary }))}
            value={detector}
            onChange={({ value }) => setDetector(value)}
          />
        </InlineField>
        {typeof usualEpochs === 'number' && (
          <InlineField
            label={t('train.epochs', 'Epochs')}
            tooltip={t('train.epochs-tip', 'How often the training goes through the range')}
          >
            <TextInput
              id="heed-train-epochs"
              width={10}
              value={values.epochs}
              placeholder={String(usualEpochs)}
              onCommit={(epochs) => change({ epochs })}
            />
          </InlineField>
        )}
        <InlineField label={t('train.name', 'Name')}>
          <TextInput
            id="heed-train-name"
            width={28}
            value={values.name}
            placeholder={t('train.name-of', 'name of the model')}
            onCommit={(name) => change({ name })}
          />
        </InlineField>
      </div>
    </>
  );
}

const getStyles = () => ({ row: css({ display: 'flex', gap: 8, flexWrap: 'wrap' }) });
