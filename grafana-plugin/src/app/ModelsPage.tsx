import { useRef, useState, type ChangeEvent } from 'react';
import {
  LoadingState,
  dateTime,
  dateTimeFormat,
  getFieldDisplayName,
  type DataFrame,
  type DataQuery,
  type DataSourceInstanceSettings,
} from '@grafana/data';
import { DataSourcePicker, getDataSourceSrv } from '@grafana/runtime';
import { Alert, Button, Combobox, InlineField, useTheme2 } from '@grafana/ui';
import { filter, firstValueFrom, from } from 'rxjs';
import { removeModel, saveModel } from '../shared/models.js';
import { scoringService } from '../shared/services.js';
import { useDetectors, useModels } from '../shared/useDetectors.js';
import { TextInput } from '../shared/inputs.js';
import { planGrid } from '../shared/grid.js';
import { joinSeries } from '@heed/core';
import { seriesOfFrames } from '@heed/core/series';
import { dataSourceId } from '../datasource/types.js';
import { useSource } from '../shared/useSource.js';
import type { Progress, Series } from '@heed/core';

const places = { shared: 'everybody', browser: 'this browser only' } as const;

/** ISO 8601 without the milliseconds that nobody would write. */
const isoSeconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** Fitted models: imported from files, or trained here on an interval that was normal. */
export function ModelsPage() {
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
      const text = await chosen.text();
      const { detector } = await scoringService().run({ kind: 'inspect', model: text });
      const name = freeName(chosen.name.replace(/\.(heed|json)$/, ''), models);
      await saveModel({ name, detector, text, added: Date.now() });
      changed();
    } catch (error) {
      setProblem(`${chosen.name}: ${(error as Error).message}`);
    }
  };

  return (
    <div data-testid="heed-models">
      <p>
        The default detector needs no model. A model is for detectors that learn: train one here on an
        interval that was normal, or import a file that <code>heed fit</code> or a notebook wrote. Queries
        then choose it by its name.
      </p>
      {problem && (
        <Alert severity="error" title="This is no model">
          {problem}
        </Alert>
      )}
      {models.length > 0 ? (
        <table style={{ width: '100%', marginBottom: 12 }}>
          <thead>
            <tr>
              <th>name</th>
              <th>detector</th>
              <th>for</th>
              <th>added</th>
              <th>size</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {models.map((model) => (
              <tr key={model.name}>
                <td>{model.name}</td>
                <td>{model.detector}</td>
                <td>{places[model.place]}</td>
                <td>{dateTimeFormat(model.added)}</td>
                <td>{Math.ceil(model.text.length / 1024)} KB</td>
                <td style={{ textAlign: 'right' }}>
                  <Button
                    size="sm"
                    variant="secondary"
                    icon="trash-alt"
                    aria-label={`Remove ${model.name}`}
                    onClick={() =>
                      void removeModel(model.name, model.place).then(changed, (error: Error) =>
                        setProblem(error.message),
                      )
                    }
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p>There is no model yet.</p>
      )}
      <Button variant="secondary" icon="upload" onClick={() => file.current?.click()}>
        Import a model file
      </Button>
      <input
        ref={file}
        type="file"
        accept=".heed,.json,application/json"
        style={{ display: 'none' }}
        aria-label="Model file"
        onChange={(event) => void onFile(event)}
      />
      <TrainForm onTrained={changed} />
    </div>
  );
}

/** A model that is imported takes no other's place: queries use it by its name. */
function freeName(wished: string, models: ReadonlyArray<{ name: string }>): string {
  const taken = new Set(models.map(({ name }) => name));
  let name = wished;
  for (let n = 2; taken.has(name); n++) name = `${wished} ${n}`;
  return name;
}

function TrainForm({ onTrained }: { onTrained: () => void }) {
  const theme = useTheme2();
  const trainable = useDetectors().filter(
    ({ input, tags }) => tags.needsTraining && !tags.supervised && input === 'series',
  );
  const [settings, setSettings] = useState<DataSourceInstanceSettings>();
  const { source } = useSource(settings ? { type: settings.type, uid: settings.uid } : undefined);
  const [query, setQuery] = useState<DataQuery>({ refId: 'A' });
  const [detector, setDetector] = useState('');
  const [epochs, setEpochs] = useState('');
  const [name, setName] = useState('');
  const [start, setStart] = useState(() => isoSeconds(Date.now() - 6 * 3600e3));
  const [end, setEnd] = useState(() => isoSeconds(Date.now()));
  const [progress, setProgress] = useState<Progress | undefined>();
  const [message, setMessage] = useState<{
    severity: 'error' | 'success' | 'info';
    title: string;
    text: string;
  }>();
  const abort = useRef<AbortController | undefined>(undefined);
  const chosen = detector || trainable[0]?.id || '';
  const listing = trainable.find(({ id }) => id === chosen);
  const usualEpochs = listing?.defaults.epochs;
  const Inner = source?.components?.QueryEditor;

  const train = async () => {
    const controller = new AbortController();
    abort.current = controller;
    setMessage(undefined);
    setProgress({ phase: 'read', done: 0 });
    try {
      const series = await readSeries(settings!, query, Date.parse(start), Date.parse(end));
      const { model, report } = await scoringService().fit(
        { series, detector: chosen, ...(epochs.trim() ? { options: { epochs: Number(epochs) } } : {}) },
        { signal: controller.signal, onProgress: setProgress },
      );
      const place = await saveModel({ name, detector: chosen, text: model, added: Date.now() });
      setMessage({
        severity: 'success',
        title: 'Trained',
        text: `${name}: ${report.points} points in ${report.seconds.toFixed(1)} s; saved for ${places[place]}.`,
      });
      onTrained();
    } catch (error) {
      setMessage(
        controller.signal.aborted
          ? { severity: 'info', title: 'Cancelled', text: 'Training was stopped; no model was saved.' }
          : { severity: 'error', title: 'Not trained', text: (error as Error).message },
      );
    } finally {
      setProgress(undefined);
    }
  };

  return (
    <section
      style={{ marginTop: 24, borderTop: `1px solid ${theme.colors.border.weak}`, paddingTop: 16 }}
      data-testid="heed-train"
    >
      <h4>Train a model</h4>
      <InlineField label="Data source" labelWidth={16}>
        <DataSourcePicker
          inputId="heed-train-source"
          current={settings?.uid ?? null}
          metrics
          noDefault
          placeholder="Where are the data?"
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
      <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
        <InlineField label="From" labelWidth={16}>
          <TextInput
            id="heed-train-from"
            width={28}
            value={start}
            onCommit={(text) => Number.isFinite(Date.parse(text)) && setStart(text)}
          />
        </InlineField>
        <InlineField label="to">
          <TextInput
            id="heed-train-to"
            width={28}
            value={end}
            onCommit={(text) => Number.isFinite(Date.parse(text)) && setEnd(text)}
          />
        </InlineField>
      </div>
      <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
        <InlineField label="Detector" labelWidth={16}>
          <Combobox
            id="heed-train-detector"
            width={36}
            options={trainable.map((d) => ({ value: d.id, label: d.id, description: d.summary }))}
            value={chosen}
            onChange={({ value }) => setDetector(value)}
          />
        </InlineField>
        {typeof usualEpochs === 'number' && (
          <InlineField label="Epochs" tooltip="How often the training goes through the range">
            <TextInput
              id="heed-train-epochs"
              width={10}
              value={epochs}
              placeholder={String(usualEpochs)}
              onCommit={setEpochs}
            />
          </InlineField>
        )}
        <InlineField label="Name">
          <TextInput
            id="heed-train-name"
            width={28}
            value={name}
            placeholder="name of the model"
            onCommit={setName}
          />
        </InlineField>
      </div>
      <div style={{ display: 'flex', gap: 12, alignItems: 'center' }}>
        {progress ? (
          <>
            <Button variant="destructive" onClick={() => abort.current?.abort()}>
              Cancel
            </Button>
            <progress max={1} value={progress.done} aria-label="Training" />
            <span role="status">
              {progress.epoch === undefined
                ? progress.phase
                : `epoch ${progress.epoch} of ${progress.epochs ?? '?'}`}
              {progress.loss === undefined ? '' : `, loss ${progress.loss.toPrecision(3)}`}
            </span>
          </>
        ) : (
          <Button disabled={!source || !chosen || !name.trim()} onClick={() => void train()}>
            Train
          </Button>
        )}
      </div>
      {message && (
        <Alert severity={message.severity} title={message.title} style={{ marginTop: 12 }}>
          {message.text}
        </Alert>
      )}
    </section>
  );
}

/** Runs one query over the chosen range, all its series as channels of one. */
async function readSeries(
  settings: DataSourceInstanceSettings,
  query: DataQuery,
  start: number,
  end: number,
): Promise<Series> {
  if (!(end > start)) throw new Error('The range is empty: its end must lie after its start.');
  const source = await getDataSourceSrv().get({ uid: settings.uid });
  const grid = planGrid({ from: start, to: end, lookback: '0' });
  const time = { from: dateTime(start), to: dateTime(end) };
  const range = { ...time, raw: time };
  const response = await firstValueFrom(
    from(
      source.query({
        requestId: `heed-train-${Date.now()}`,
        app: 'heed',
        range,
        rangeRaw: range.raw,
        interval: `${grid.step / 1000}s`,
        intervalMs: grid.step,
        maxDataPoints: grid.maxDataPoints,
        scopedVars: {},
        startTime: Date.now(),
        timezone: 'browser',
        targets: [{ ...query, refId: 'A', datasource: { type: settings.type, uid: settings.uid } }],
      } as never) as never,
    ).pipe(filter((packet: { state?: LoadingState }) => packet.state !== LoadingState.Loading)) as never,
  );
  const { data, errors, error } = response as {
    data: DataFrame[];
    errors?: Array<{ message?: string }>;
    error?: { message?: string };
  };
  const problem = errors?.[0] ?? error;
  if (problem) throw new Error(problem.message ?? 'the query failed');
  const parts = seriesOfFrames(data, (field, frame) => getFieldDisplayName(field, frame, data)).filter(
    (part) => part.series.time.length > 0,
  );
  if (parts.length === 0) throw new Error('The query returned no series with times and numbers.');
  return joinSeries(
    'training',
    parts.map((part) => part.series),
  );
}
