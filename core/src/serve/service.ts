import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeedError } from '../errors.js';
import type { Config } from './config.js';
import { exposition } from './exposition.js';
import type { Log } from './log.js';
import { ownMetrics } from './own-metrics.js';
import { Running, type Runs } from './running.js';
import { statusPage } from './status-page.js';
import { lockStore, openStore, type Store } from './store.js';
import { listen, type Page } from './web.js';

export interface ServiceOptions {
  readonly log: Log;
  /** Epoch ms. */
  readonly now?: () => number;
}

export interface Service {
  /** Where it listens. */
  readonly url: string;
  /** Settles when the first round of every query has ended; failures of it, by query. */
  readonly firstRounds: Promise<ReadonlyMap<string, string>>;
  /** Goes on with another configuration; monitors whose settings are the same go on where they are. */
  reload(config: Config): Promise<void>;
  /** One round of every query now, for what is due: what a test moves the clock for. */
  round(): Promise<void>;
  /** Told on the status page; undefined takes it back. */
  notice(text: string | undefined): void;
  /** Writes the state and ends. */
  stop(): Promise<void>;
}

const plain = 'text/plain; charset=utf-8';

/**
 * Starts to watch, and to serve what it sees.
 * @throws HeedError port-taken, output-unwritable
 */
export async function startService(
  config: Config,
  { log, now = Date.now }: ServiceOptions,
): Promise<Service> {
  const place = config.redis ? undefined : await takePlace(config);
  const started = now();
  let notice: string | undefined;
  const make = async (next: Config): Promise<Runs> => {
    if (place) return new Running({ config: next, ...place, log, now });
    const { joinCluster } = await import('./redis/cluster.js');
    return joinCluster({ config: next, log, now });
  };
  let running = await make(config);
  let isReady = false;
  const observed = {
    watches: () => running.watches,
    outputs: () => running.outputs,
    ledger: () => running.ledger,
    cluster: () => running.cluster,
  };
  const registries = { plain: ownMetrics(observed, false), open: ownMetrics(observed, true) };

  const pages = async (path: string, accept: string): Promise<Page | undefined> => {
    switch (path) {
      case '/metrics': {
        const isOpen = /application\/openmetrics-text/.test(accept);
        const registry = isOpen ? registries.open : registries.plain;
        const own = (await registry.metrics()).replace(/# EOF\s*$/, '');
        return {
          type: registry.contentType,
          body: metricsBody(own, running, isOpen),
        };
      }
      case '/':
        return {
          type: 'text/html; charset=utf-8',
          body: statusPage({
            watches: running.watches,
            outputs: running.outputs,
            ledger: running.ledger,
            cluster: running.cluster,
            started,
            now: now(),
            notice,
          }),
        };
      case '/api/incidents':
        return {
          type: 'application/json',
          body: JSON.stringify({ open: running.ledger.listOpen(), closed: running.ledger.listClosed() }),
        };
      case '/healthz':
        return { type: plain, body: 'The process runs.\n' };
      case '/readyz': {
        const waiting = running.watches.filter(({ watch, reads }) => reads && watch.rounds === 0);
        return isReady && waiting.length === 0
          ? { type: plain, body: 'Every query has been read.\n' }
          : {
              status: 503,
              type: plain,
              body: `Not read yet: ${waiting.map(({ watch }) => watch.query.name).join(', ')}\n`,
            };
      }
      default:
        return undefined;
    }
  };

  let web: { readonly server: Server; readonly url: string };
  try {
    web = await listen(config.server, (path, { headers }) => pages(path, headers.accept ?? ''));
  } catch (error) {
    await running.stop();
    await place?.release();
    throw error;
  }
  const begin = async (): Promise<ReadonlyMap<string, string>> => {
    const one = running;
    await one.restore();
    await one.first();
    one.run();
    isReady = true;
    return new Map(
      one.watches.flatMap(({ watch }) =>
        watch.failure === undefined ? [] : [[watch.query.name, watch.failure]],
      ),
    );
  };
  let busy = begin();
  const firstRounds = busy;
  return {
    url: web.url,
    firstRounds,
    reload: async (next) => {
      if (!next.redis !== !config.redis) {
        throw new HeedError(
          'bad-option',
          'redis was added to the configuration, or taken out of it',
          'Start heed serve again.',
        );
      }
      // A Redis that cannot be reached keeps the old one running; a state folder has one owner at a time.
      const joined = place ? undefined : await make(next);
      running.abort();
      await busy.catch(() => {});
      await running.stop();
      running = joined ?? (await make(next));
      busy = begin();
      await busy;
    },
    round: () => running.first(),
    notice: (text) => void (notice = text),
    stop: async () => {
      running.abort();
      await busy.catch(() => {});
      await running.stop();
      web.server.closeAllConnections();
      web.server.close();
      await place?.release();
    },
  };
}

/** The state of a process that works alone. */
async function takePlace(
  config: Config,
): Promise<{ readonly path: string; readonly store: Store; release(): Promise<void> }> {
  const temporary = config.state.path === undefined ? mkdtempSync(join(tmpdir(), 'heed-')) : undefined;
  const path = config.state.path ?? temporary!;
  const store = openStore(path);
  const unlock = await lockStore(store, path);
  return {
    path,
    store,
    release: async () => {
      await unlock();
      await store.close();
      if (temporary) rmSync(temporary, { recursive: true, force: true });
    },
  };
}

function* metricsBody(own: string, running: Runs, isOpen: boolean): Generator<string, void, undefined> {
  yield own.endsWith('\n') ? own : `${own}\n`;
  yield* exposition(running.exported(), running.ledger, running.labels);
  if (isOpen) yield '# EOF\n';
}
