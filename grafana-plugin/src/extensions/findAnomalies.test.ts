import type { DateTime } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { beforeEach, describe, expect, it, vi } from 'vitest';
const srv = vi.hoisted(() => ({ current: {} as object }));
vi.mock('@grafana/runtime', () => ({
  getDataSourceSrv: () => srv.current,
  locationService: { push: vi.fn() },
}));

import { exploreAddress, findAnomalies, type QueryContext } from './findAnomalies.js';

const prometheus = { type: 'prometheus', uid: 'prom' };
const targets = [
  { refId: 'A', expr: 'up', datasource: prometheus } as DataQuery,
] satisfies QueryContext['targets'];
let sources: Array<{ type: string; uid: string }>;

beforeEach(() => {
  sources = [{ type: 'heed-anomaly-datasource', uid: 'heed' }];
  srv.current = {
    getInstanceSettings: () => prometheus,
    getList: ({ type }: { type: string }) => sources.filter((source) => source.type === type),
  };
});

describe('Find anomalies', () => {
  const configure = (context: QueryContext) => findAnomalies.configure!(context);

  it('is offered where there is a query to wrap', () => {
    expect(configure({ targets })).toMatchObject({ title: 'Find anomalies' });
    // The default source counts where a query names none.
    expect(configure({ targets: [{ refId: 'A' }] })).toBeDefined();
    expect(findAnomalies.configure!(undefined)).toBeUndefined();
    for (const target of [
      { refId: 'A', datasource: { type: '__expr__', uid: '__expr__' } },
      { refId: 'A', datasource: { type: 'heed-anomaly-datasource', uid: 'heed' } },
      { refId: 'A', datasource: { type: 'datasource', uid: '-- Mixed --' } },
      { refId: 'A', datasource: prometheus, hide: true },
    ])
      expect(configure({ targets: [target] }), JSON.stringify(target)).toBeUndefined();
  });

  it('leads to the first step where the data source is not there yet', () => {
    sources = [];
    expect(configure({ targets })).toMatchObject({ path: '/a/heed-anomaly-app/start' });
  });

  it('keeps query, source and range', () => {
    const iso = { from: '1970-01-01T00:00:01.000Z', to: 'now' };
    const ask = (asked: QueryContext['timeRange']) =>
      exploreAddress({ uid: 'heed' }, [{ query: targets[0]!, source: prometheus }], asked);
    const range = { from: { valueOf: () => 1000 } as DateTime, to: 'now' };
    const address = ask(range);
    expect(ask(iso)).toBe(address);
    const url = new URL(address, 'http://grafana');
    expect(url.pathname).toBe('/explore');
    expect(JSON.parse(url.searchParams.get('panes')!)).toMatchObject({
      heed: {
        datasource: 'heed',
        queries: [
          { refId: 'A', source: prometheus, inner: { expr: 'up', datasource: prometheus }, view: 'live' },
        ],
        range: { from: '1000', to: 'now' },
      },
    });
  });
});
