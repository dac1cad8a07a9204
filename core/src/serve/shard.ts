import { existsSync } from 'node:fs';
import { NodeWorkerPool } from '../node/pool.js';
import { MonitorHost, type HostResult, type HostTask } from './monitor-host.js';
import type { Tables } from './store.js';

/** A thread that holds the monitors of some units, and is asked for one thing at a time. */
export class Shard {
  private pool: NodeWorkerPool<HostTask, HostResult> | undefined;
  private host: MonitorHost | undefined;
  private last: Promise<unknown> = Promise.resolve();
  /** How often its thread died, and with it the monitors. */
  deaths = 0;

  /**
   * @param path of the state, for the thread; undefined where it is kept elsewhere
   * @param store the same, for where there is no thread: from sources the worker's module does not exist
   */
  constructor(path: string | undefined, store: Pick<Tables, 'monitors'> | undefined) {
    const script = new URL('./monitor-worker.js', import.meta.url);
    if (existsSync(script)) this.pool = new NodeWorkerPool(script, 1, { state: path });
    else this.host = new MonitorHost(store);
  }

  /** @throws HeedError internal where the thread died; its units must be opened again */
  run(task: HostTask): Promise<HostResult> {
    const result = this.last.then(async () => {
      if (this.host) return this.host.run(task);
      try {
        return (await this.pool!.run(task)).result;
      } finally {
        this.deaths = this.pool!.deaths;
      }
    });
    this.last = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    await this.last;
    await this.pool?.close();
  }
}
