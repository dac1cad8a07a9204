import { useEffect, useReducer } from 'react';
import { dateTimeFormat } from '@grafana/data';
import { Button, useTheme2 } from '@grafana/ui';
import type { ActivityEntry } from '../shared/activity.js';
import { scoringService } from '../shared/services.js';

const surfaces = { query: 'query', annotation: 'annotation', panel: 'panel', page: 'this page' } as const;

/** A model by its name, with the detector in it as soon as that is known. */
const detectorOf = ({ model, detector, state }: ActivityEntry) =>
  model === undefined ? detector : state === 'done' ? `${model} (${detector})` : model;

/** What this browser tab has scored since it was opened. */
export function ActivityPage() {
  const theme = useTheme2();
  const service = scoringService();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => service.activity.subscribe(redraw), [service]);
  const { entries, totals } = service.activity;
  const asked = totals.scorings + totals.hits;
  const figures: Array<[string, string]> = [
    ['scorings', String(totals.scorings)],
    ['answered from the cache', asked ? `${totals.hits} (${Math.round((100 * totals.hits) / asked)}%)` : '0'],
    ['points', totals.points.toLocaleString('en')],
    ['per scoring', totals.scorings ? `${(totals.milliseconds / totals.scorings).toFixed(1)} ms` : '–'],
    ['running, waiting', `${service.pool.running}, ${service.pool.waiting}`],
    ['failed, cancelled', `${totals.failed}, ${totals.cancelled}`],
    ['cache', `${(service.cachedBytes / 1048576).toFixed(1)} MB`],
    ['scored in', service.where === 'worker' ? 'Web Workers' : 'the page (workers are refused here)'],
  ];
  const right = { textAlign: 'right' as const, fontVariantNumeric: 'tabular-nums' };
  return (
    <div data-testid="heed-activity">
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 24, marginBottom: 16 }}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <div style={{ fontSize: 20 }}>{value}</div>
            <div style={{ color: theme.colors.text.secondary }}>{name}</div>
          </div>
        ))}
      </div>
      <div style={{ marginBottom: 12 }}>
        <Button size="sm" variant="secondary" onClick={() => (service.clearCache(), redraw())}>
          Empty the cache
        </Button>
      </div>
      {entries.length === 0 ? (
        <p>Nothing has been scored in this tab yet. Open a dashboard that uses Heed, or the page “Try it”.</p>
      ) : (
        <table style={{ width: '100%' }} className="filter-table">
          <thead>
            <tr>
              <th>when</th>
              <th>for</th>
              <th>series</th>
              <th>detector or model</th>
              <th style={right}>points</th>
              <th style={right}>time</th>
              <th style={right}>events</th>
              <th>state</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td>{dateTimeFormat(entry.at, { format: 'HH:mm:ss' })}</td>
                <td>{surfaces[entry.surface]}</td>
                <td>{entry.title}</td>
                <td>{detectorOf(entry)}</td>
                <td style={right}>{(entry.scoredPoints ?? entry.points).toLocaleString('en')}</td>
                <td style={right}>
                  {entry.milliseconds === undefined ? '' : `${entry.milliseconds.toFixed(1)} ms`}
                </td>
                <td style={right}>{entry.events ?? ''}</td>
                <td>{entry.error ?? entry.state}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
