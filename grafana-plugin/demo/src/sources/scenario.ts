import {
  DataSourceApi,
  FieldType,
  LoadingState,
  createDataFrame,
  type DataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { Observable, concatMap, from, interval, startWith, throwError } from 'rxjs';
import { yieldIfDue } from '../../../src/shared/yield-if-due.js';
import { anchor, clock } from './clock.js';
import { serviceMap } from './services.js';

export interface ScenarioQuery extends DataQuery {
  scenario?:
    | 'service'
    | 'fleet'
    | 'balanced'
    | 'pods'
    | 'system'
    | 'map'
    | 'error'
    | 'warning'
    | 'empty'
    | 'missing'
    | 'long'
    | 'stream'
    | 'given';
  /** Series of a fleet, points of a long series. */
  count?: number;
  /** One host's values differ from another's; variables allowed. */
  host?: string;
  /** Name of the series instead of its usual one. */
  name?: string;
}

declare global {
  interface Window {
    /** A series that a test hands in: epoch ms and values. */
    demoGiven?: { name: string; times: number[]; values: Array<number | null> };
  }
}

/** A number in 0…1 that depends on its seed only, so that a reload shows the same picture. */
function chance(seed: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

const apps = ['web', 'api', 'cart', 'pay', 'stock', 'mail', 'auth', 'feed', 'geo', 'search', 'media', 'jobs'];

/** Labels of the pods: twenty of each application, one of each on every node. */
const podOf = (i: number) => ({
  app: apps[Math.floor(i / 20) % apps.length]!,
  node: `node-${String((i % 20) + 1).padStart(2, '0')}`,
  pod: `${apps[Math.floor(i / 20) % apps.length]}-${String((i % 20) + 1).padStart(2, '0')}`,
});

/** Nearly normal, from four chances. */
const noise = (t: number, seed: number) => {
  const k = Math.floor(t / 1000);
  let sum = -2;
  for (let i = 0; i < 4; i++) sum += chance(k * 4 + i + seed * 7919);
  return sum * 1.7;
};

const minute = 60_000;
const hashOf = (text: string) => [...text].reduce((sum, c) => Math.imul(sum, 31) + c.charCodeAt(0), 7) >>> 0;

/** One frame per host, in slices: a source would get them over the network and leave the page alone meanwhile. */
async function hosts(count: number, frameOf: (i: number) => DataFrame): Promise<DataFrame[]> {
  const frames: DataFrame[] = [];
  for (let i = 0; i < count; i++) {
    await yieldIfDue();
    frames.push(frameOf(i));
  }
  return frames;
}

/** Generated series whose values depend on time and name only; faults lie at fixed distances before the demo's anchor. */
export class ScenarioDataSource extends DataSourceApi<ScenarioQuery> {
  override query(request: DataQueryRequest<ScenarioQuery>): Observable<DataQueryResponse> {
    const error = request.targets.find((target) => target.scenario === 'error');
    if (error) return throwError(() => new Error('the store is down for maintenance'));
    const answer = async (state: LoadingState): Promise<DataQueryResponse> => {
      const data: DataFrame[] = [];
      for (const target of request.targets) data.push(...(await this.frames(target, request)));
      return { state, data };
    };
    if (request.targets.some((target) => target.scenario === 'stream')) {
      return interval(1000).pipe(
        startWith(0),
        concatMap(() => answer(LoadingState.Streaming)),
      );
    }
    return from(answer(LoadingState.Done));
  }

  override filterQuery(query: ScenarioQuery): boolean {
    return !query.hide;
  }

  async testDatasource() {
    return { status: 'success', message: 'ok' };
  }

  private times(request: DataQueryRequest, count?: number): number[] {
    const from = request.range.from.valueOf();
    const live = request.targets.some((target) => (target as ScenarioQuery).scenario === 'stream');
    const to = live ? clock() : request.range.to.valueOf();
    const step = count
      ? Math.max(1, (to - from) / count)
      : Math.max(1000, request.intervalMs || (to - from) / (request.maxDataPoints ?? 500));
    const times: number[] = [];
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) times.push(Math.round(t));
    return times;
  }

  private async frames(query: ScenarioQuery, request: DataQueryRequest): Promise<DataFrame[]> {
    const { scenario = 'service', refId } = query;
    const host = getTemplateSrv().replace(query.host ?? 'web-1', request.scopedVars);
    const frame = (
      name: string,
      values: Array<number | null>,
      times: number[],
      unit: string,
      labels?: Record<string, string>,
    ) =>
      createDataFrame({
        refId,
        fields: [
          { name: 'Time', type: FieldType.time, values: times, config: {} },
          { name, type: FieldType.number, values, config: { unit }, ...(labels ? { labels } : {}) },
        ],
      });
    if (scenario === 'empty') return [];
    if (scenario === 'map') return serviceMap(refId);
    if (scenario === 'missing') {
      const times = this.times(request);
      return [
        frame(
          'nothing measured',
          times.map(() => null),
          times,
          'ms',
        ),
      ];
    }
    if (scenario === 'given') {
      const { name, times, values } = window.demoGiven!;
      return [frame(name, values, times, 'short')];
    }
    if (scenario === 'long') {
      const times = this.times(request, query.count ?? 50_000);
      return [
        frame(
          'long',
          times.map((t) => this.latency(t, 3)),
          times,
          'ms',
        ),
      ];
    }
    const times = this.times(request);
    if (scenario === 'fleet') {
      return hosts(query.count ?? 500, (i) =>
        frame(
          'cpu',
          times.map((t) => this.hostCpu(t, i)),
          times,
          'percent',
          { host: `host-${String(i + 1).padStart(3, '0')}` },
        ),
      );
    }
    if (scenario === 'balanced') {
      return hosts(query.count ?? 60, (i) =>
        frame(
          'cpu',
          times.map((t) => this.balancedCpu(t, i)),
          times,
          'percent',
          { host: `web-${String(i + 1).padStart(2, '0')}` },
        ),
      );
    }
    if (scenario === 'pods') {
      return hosts(query.count ?? 240, (i) => {
        const pod = podOf(i);
        return frame(
          'latency',
          times.map((t) => this.podLatency(t, i)),
          times,
          'ms',
          pod,
        );
      });
    }
    if (scenario === 'system') return this.system(times, frame);
    const values = times.map((t) => this.latency(t, hashOf(host)));
    const out = frame(query.name ?? 'latency', values, times, 'ms', { host });
    if (scenario === 'warning')
      out.meta = { notices: [{ severity: 'warning', text: 'the store answered from a stale replica' }] };
    return [out];
  }

  /** A daily rhythm pressed into ten minutes; a burst 14 minutes and a collapse 6 minutes before the anchor. */
  private latency(t: number, seed: number): number {
    const before = (anchor() - t) / minute;
    let value =
      50 + 18 * Math.sin((2 * Math.PI * t) / (10 * minute) + (seed % 7)) + 1.6 * noise(t, seed % 1000);
    if (before > 13 && before <= 14.2) value += 45;
    if (before > 5.6 && before <= 6.2) value = 6 + noise(t, 5);
    return value;
  }

  private hostCpu(t: number, i: number): number {
    const before = (anchor() - t) / minute;
    let value =
      35 +
      10 * chance(i) +
      12 * Math.sin((2 * Math.PI * t) / (10 * minute) + chance(i + 9) * 0.8) +
      1.8 * noise(t, i);
    if (i % 83 === 41 && before > 8 && before <= 10.5) value += 38;
    if (i === 300 && before > 4 && before <= 7) value = 3 + 0.3 * noise(t, i);
    return Math.max(0, Math.min(100, value));
  }

  /**
   * Servers behind one load balancer: they share an uneven load, and 17 minutes ago a rush that is nobody's fault.
   * Eleven minutes ago one stays where it was while the load changes, each of its values usual; five minutes ago
   * another begins to drift upwards.
   */
  private balancedCpu(t: number, i: number): number {
    const before = (anchor() - t) / minute;
    const stuck = i === 16 && before > 8 && before <= 11;
    const at = stuck ? anchor() - 11 * minute : t;
    const rush = before > 16 && before <= 17.5 ? 22 : 0;
    const load =
      38 +
      9 * Math.sin((2 * Math.PI * at) / (7 * minute)) +
      6 * Math.sin(at / 71_000) +
      4 * Math.sin(at / 23_000) +
      rush;
    const drift = i === 30 && before <= 5 ? 3.2 * Math.min(5, 5 - before) : 0;
    const value = (0.6 + 0.7 * chance(i)) * load + 6 * chance(i + 500) + drift + 1.1 * noise(t, i + 900);
    return Math.max(0, Math.min(100, value));
  }

  /**
   * Pods of twelve applications on twenty nodes. Thirteen minutes ago a release makes all of `cart` slow for two minutes;
   * nine minutes ago one pod of `search` is slow by itself; four minutes ago node-07 begins to fail, its first pod
   * before the others, and goes on.
   */
  private podLatency(t: number, i: number): number {
    const before = (anchor() - t) / minute;
    const { app, node } = podOf(i);
    let value =
      40 +
      12 * chance(i) +
      9 * Math.sin((2 * Math.PI * t) / (10 * minute) + chance(i + 40)) +
      1.5 * noise(t, i);
    if (app === 'cart' && before > 11 && before <= 13) value += 35;
    if (i === 183 && before > 7.5 && before <= 9) value += 42;
    if (node === 'node-07' && before <= 4 - (i === 6 ? 0 : 0.12 + 0.15 * chance(i)))
      value += i === 6 ? 60 : 30;
    return value;
  }

  /** Four measures of one service that belong together; 9 minutes ago they came apart, though each stayed in its range. */
  private system(
    times: number[],
    frame: (name: string, values: Array<number | null>, times: number[], unit: string) => DataFrame,
  ): DataFrame[] {
    const load = (t: number) =>
      100 + 45 * Math.sin((2 * Math.PI * t) / (10 * minute)) + 10 * Math.sin(t / 97_000);
    const apart = (t: number) => {
      const before = (anchor() - t) / minute;
      return before > 8 && before <= 9.5;
    };
    return [
      frame(
        'requests',
        times.map((t) => load(t) + 2 * noise(t, 1)),
        times,
        'reqps',
      ),
      frame(
        'cpu',
        times.map((t) => (apart(t) ? 110 - 0.5 * load(t) : 10 + 0.5 * load(t)) + noise(t, 2)),
        times,
        'percent',
      ),
      frame(
        'database calls',
        times.map((t) => 2.2 * load(t) + 4 * noise(t, 3)),
        times,
        'ops',
      ),
      frame(
        'queue',
        times.map((t) => (apart(t) ? 34 : 4) + 0.06 * load(t) + 0.8 * noise(t, 4)),
        times,
        'short',
      ),
    ];
  }
}
