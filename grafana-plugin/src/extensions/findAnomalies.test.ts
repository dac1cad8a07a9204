import { dateTime } from '@grafana/data';
import { setDataSourceSrv } from '@grafana/runtime';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { exploreAddress, findAnomalies, type QueryContext } from './findAnomalies.js';

const prometheus = { type: 'prometheus', uid: 'prom' };
const targets = [{ refId: 'A', expr: 'up', datasource: prometheus }] as QueryContext['targets'];
let sources: Array<{ type: string; uid: string }>;

beforeEach(() => {
  sources = [{ type: 'heed-anomaly-datasource', uid: 'heed' }];
  setDataSourceSrv({
    getInstanceSettings: () => prometheus,
    getList: ({ type }: { type: string }) => sources.filter((source) => source.type === type),
    get: vi.fn(),
  } as never);
});

describe('Find anomalies', () => {
  const configure = (context: QueryContext) => findAnomalies.configure!(context);

  it('is offered where there is a query to wrap', () => {
    expect(configure({ targets: targets! })).toMatchObject({ title: 'Find anomalies' });
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
    expect(configure({ targets: targets! })).toMatchObject({ path: '/a/heed-anomaly-app/start' });
  });

  it('keeps query, source and range', () => {
    const range = { from: dateTime(1000), to: 'now' };
    const address = exploreAddress({ uid: 'heed' }, [{ query: targets![0]!, source: prometheus }], range);
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
