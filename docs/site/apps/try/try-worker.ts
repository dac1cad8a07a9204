import { createDetectorFrom, severityClass, type Detection } from '@heed/core/detection';
import { auto } from '@heed/core/detectors/auto';
import { backtest, neighboringBudgets } from '@heed/core/live';
import { formatNumber, humanDuration, plotAttended, plotDetection, plotEvent } from '@heed/core/plot';
import { readSeriesStream, summarizeInput, type Series } from '@heed/core/series';
import { HeedError } from '@heed/core';
import { serve } from '../common/serve.js';
import type { TryAnswer, TryRead, TryTask } from './messages.js';

/** What was read and found last: the page asks about it by and by. */
let series: Series | undefined;
let detection: Detection | undefined;

const detector = createDetectorFrom(auto);

serve<TryTask, TryAnswer>(async (task, { signal }) => {
  switch (task.kind) {
    case 'example': {
      const { default: text } = await import('../../../../core/data/incident.csv');
      return read([text], 'incident.csv', text.length);
    }
    case 'read':
      return read(pieces(task.file), task.name, task.file.size);
    case 'detect': {
      const { sensitivity, direction, width } = task;
      const given = present();
      detection = await (await detector).score(given, { events: { sensitivity, direction }, signal });
      return {
        kind: 'detect',
        picture: plotDetection(given, detection, { width, title: '' }),
        events: detection.events.map((event) => ({
          start: when(event.start),
          duration: given.indexTime
            ? String(event.end - event.start + 1)
            : humanDuration(event.end - event.start),
          severity: Math.round(event.severity),
          color: severityClass(event.severity).color,
          channels: event.channels.map(({ name, share }) => `${name} ${Math.round(100 * share)}%`).join(', '),
          reason: event.reason,
        })),
        notes: detection.notes,
      };
    }
    case 'event': {
      const event = detection!.events[task.at]!;
      const attended = plotAttended(present(), event, { width: task.width });
      return {
        kind: 'event',
        picture: plotEvent(present(), detection!, event, { width: task.width }),
        ...(attended ? { attended } : {}),
      };
    }
    case 'backtest': {
      const given = present();
      const tests = neighboringBudgets(task.budget).map((budget) => backtest(given, { budget }));
      const asked = tests.find(({ budget }) => budget === task.budget)!;
      return {
        kind: 'backtest',
        budget: task.budget,
        picture: plotDetection(given, asked.detection, { width: task.width, title: '' }),
        days: humanDuration(asked.days * 86_400_000),
        rows: tests.map(({ budget, pagesPerWeek, incidents }) => ({
          budget,
          perWeek: formatNumber(pagesPerWeek, 2),
          pages: incidents.length,
        })),
        pages: asked.incidents.map(({ noticed, severity, reason }) => ({
          noticed: when(noticed),
          severity: Math.round(severity),
          reason,
        })),
      };
    }
  }
});

function present(): Series {
  if (!series) throw new HeedError('empty-input', 'nothing was read yet', 'Choose a file or the example.');
  return series;
}

async function read(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<string>,
  name: string,
  size: number,
): Promise<TryRead> {
  series = undefined;
  detection = undefined;
  const result = await readSeriesStream(chunks, { name }, { size });
  series = result.series;
  const summary = summarizeInput(series, result.notes, result.labelColumn);
  return {
    kind: 'read',
    name,
    points: summary.points,
    channels: summary.channels.map((channel) =>
      channel.unit ? `${channel.name} (${channel.unit})` : channel.name,
    ),
    from: when(summary.start),
    to: when(summary.end),
    step: summary.step === null ? '' : series.indexTime ? 'row' : humanDuration(summary.step),
    notes: summary.notes,
  };
}

/** A file piece by piece: not every browser can iterate a stream. */
async function* pieces(file: Blob): AsyncGenerator<Uint8Array> {
  const size = 1 << 20;
  for (let at = 0; at < file.size; at += size)
    yield new Uint8Array(await file.slice(at, at + size).arrayBuffer());
}

function when(time: number): string {
  if (series?.indexTime) return `row ${time}`;
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.000Z$|Z$/, '');
}
