import {
  FieldType,
  applyFieldOverrides,
  createDataFrame,
  type DataFrame,
  type GrafanaTheme2,
} from '@grafana/data';
import type { Series } from '@heed/core';

/** A series read from CSV as frames with formatters, as a query would have delivered them. */
export function toFrames(series: Series, theme: GrafanaTheme2): DataFrame[] {
  const frames = series.channels.map((channel) =>
    createDataFrame({
      fields: [
        { name: 'Time', type: FieldType.time, values: Array.from(series.time), config: {} },
        {
          name: channel.name,
          type: FieldType.number,
          values: Array.from(channel.values, (v) => (Number.isNaN(v) ? null : v)),
          config: channel.unit ? { unit: channel.unit } : {},
        },
      ],
    }),
  );
  return applyFieldOverrides({
    data: frames,
    fieldConfig: { defaults: {}, overrides: [] },
    replaceVariables: (text) => text,
    theme,
    timeZone: 'browser',
  });
}

/** Two days of one value a minute with a daily rhythm, a burst and a gap in the load: something to press "Score" on. */
export function sampleCsv(): string {
  const start = Date.UTC(2026, 0, 5);
  let state = 20260105;
  const random = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), state / 4294967296);
  const rows = ['time,requests'];
  for (let i = 0; i < 2 * 24 * 12; i++) {
    const hour = (i / 12) % 24;
    let value = 200 + 120 * Math.sin(((hour - 9) / 24) * 2 * Math.PI) + 12 * (random() + random() - 1);
    if (i >= 400 && i < 408) value += 260;
    if (i >= 500 && i < 509) value = 8 + 4 * random();
    rows.push(`${new Date(start + i * 300_000).toISOString()},${value.toFixed(1)}`);
  }
  return rows.join('\n');
}
