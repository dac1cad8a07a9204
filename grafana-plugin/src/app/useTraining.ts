import { useRef, useState } from 'react';
import type { DataQuery, DataSourceInstanceSettings } from '@grafana/data';
import type { Progress } from '@heed/core';
import { saveModel } from '../shared/models.js';
import { scoringService } from '../shared/services.js';
import { placeName } from './places.js';
import { readTraining } from './readTraining.js';
import { t } from '../shared/i18n.js';

export interface Training {
  readonly settings: DataSourceInstanceSettings;
  readonly query: DataQuery;
  readonly detector: string;
  /** Empty: the usual number. */
  readonly epochs: string;
  readonly name: string;
  /** ISO 8601. */
  readonly start: string;
  readonly end: string;
}

interface Message {
  readonly severity: 'error' | 'success' | 'info';
  readonly title: string;
  readonly text: string;
}

/** Trains one model at a time, and saves it. */
export function useTraining(onTrained: () => void) {
  const [progress, setProgress] = useState<Progress | undefined>();
  const [message, setMessage] = useState<Message | undefined>();
  const abort = useRef<AbortController | undefined>(undefined);
  const train = async ({ settings, query, detector, epochs, name, start, end }: Training) => {
    const controller = new AbortController();
    abort.current = controller;
    setMessage(undefined);
    setProgress({ phase: 'read', done: 0 });
    try {
      const series = await readTraining(settings, query, Date.parse(start), Date.parse(end));
      const { model, report } = await scoringService().fit(
        { series, detector, ...(epochs.trim() ? { options: { epochs: Number(epochs) } } : {}) },
        { signal: controller.signal, onProgress: setProgress },
      );
      const place = await saveModel({ name, detector, text: model, added: Date.now() });
      setMessage({
        severity: 'success',
        title: t('train.trained', 'Trained'),
        text: t('train.report', '{{name}}: {{points}} points in {{seconds}} s; saved for {{place}}.', {
          name,
          points: report.points,
          seconds: report.seconds.toFixed(1),
          place: placeName(place),
        }),
      });
      onTrained();
    } catch (error) {
      setMessage(
        controller.signal.aborted
          ? {
              severity: 'info',
              title: t('train.cancelled', 'Cancelled'),
              text: t('train.stopped', 'Training was stopped; no model was saved.'),
            }
          : {
              severity: 'error',
              title: t('train.not-trained', 'Not trained'),
              text: (error as Error).message,
            },
      );
    } finally {
      setProgress(undefined);
    }
  };
  return { progress, message, train, cancel: () => abort.current?.abort() };
}
