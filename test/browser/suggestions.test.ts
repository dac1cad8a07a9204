/* eslint-disable @typescript-eslint/no-explicit-any -- functions that reach into the page */
// Suggested visualizations: what the built panel answers when Grafana's own library asks it, in both versions of it.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.js';
import { patient, useDemo, type HostName } from './demo.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i % 7);
const time = (count = 120) => ({
  name: 'Time',
  type: 'time',
  values: Array.from({ length: count }, (_, i) => 1_700_000_000_000 + 60_000 * i),
});
const value = (count = 120, name = 'Value') => ({ name, type: 'number', values: numbers(count) });
const text = (name: string, count = 120) => ({ name, type: 'string', values: numbers(count).map(String) });
const series = { fields: [time(), value()] };
const preferring = (preferredVisualisationType: string, frame: object = series) => ({
  ...frame,
  meta: { preferredVisualisationType },
});

const overTime: Record<string, object[]> = {
  'one series': [series],
  'many series': Array.from({ length: 50 }, () => series),
  'a wide frame': [{ fields: [time(), value(), value(120, 'Other')] }],
  'series next to the table of the same query': [preferring('graph'), preferring('table')],
};

const otherwise: Record<string, object[]> = {
  'no frames': [],
  'frames without rows': [{ fields: [time(0), value(0)] }],
  'frames without a time': [{ fields: [text('host'), value()] }],
  'frames without a number': [{ fields: [time(), text('line')] }],
  'too few points': [{ fields: [time(30), value(30)] }],
  'one row of each of many hosts': Array.from({ length: 50 }, () => ({ fields: [time(1), value(1)] })),
  'values of one moment': [{ fields: [{ ...time(), values: time().values.fill(1e12) }, value()] }],
  'a table': [preferring('table')],
  logs: [{ ...series, meta: { type: 'log-lines' } }],
  'a heatmap': [{ ...series, meta: { type: 'heatmap-cells' } }],
  'a node graph': [
    preferring('nodeGraph', { fields: [text('id'), value(120, 'mainstat'), time()] }),
    preferring('nodeGraph', { fields: [text('id'), text('source'), text('target')] }),
  ],
};

/** Asks as Grafana's panel editor does, for each kind of data: the summary of its frames in, cards out. */
const suggestions = (page: Page, kinds: Record<string, object[]>): Promise<Record<string, object[]>> =>
  page.evaluate(async (described) => {
    const system = (globalThis as any).System;
    const { createDataFrame, getPanelDataSummary } = await system.import('@grafana/data');
    const address = new URL('/public/plugins/heed-anomaly-panel/module.js', location.href).href;
    const { plugin } = await system.import(address);
    return Object.fromEntries(
      Object.entries(described).map(([kind, frames]) => {
        const cards = plugin.getSuggestions(
          getPanelDataSummary(frames.map((frame) => createDataFrame(frame))),
        );
        return [kind, (cards ?? []).map(({ pluginId, name }: any) => ({ pluginId, name }))];
      }),
    );
  }, kinds);

describe.skipIf(!findChromium()).each<HostName>(['grafana-13', 'grafana-12'])(
  'suggested visualizations on %s',
  patient,
  (host) => {
    const { open } = useDemo({ host });

    it('hold the panel for series over time and for nothing else', async () => {
      const { page } = await open('/a/heed-anomaly-app/start');
      const card = { pluginId: 'heed-anomaly-panel', name: 'Heed anomalies' };
      const each = (kinds: object, cards: object[]) =>
        Object.fromEntries(Object.keys(kinds).map((kind) => [kind, cards]));
      expect(await suggestions(page, overTime)).toEqual(each(overTime, [card]));
      expect(await suggestions(page, otherwise)).toEqual(each(otherwise, []));
    });
  },
);
