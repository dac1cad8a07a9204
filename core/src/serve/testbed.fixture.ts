import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfig } from './config.js';
import { FakePrometheus } from './fake-prometheus.fixture.js';
import { createLog } from './log.js';
import { startService, type Service } from './service.js';

export const minute = 60_000;
/** Well inside a minute. */
export const noon = Date.parse('2026-03-02T12:00:30Z');

/** A fake Prometheus, a state folder, a clock that a test moves, and services on them. */
export class Testbed {
  readonly prometheus = new FakePrometheus();
  readonly state = mkdtempSync(join(tmpdir(), 'heed-serve-'));
  readonly lines: Record<string, unknown>[] = [];
  now = noon;
  private readonly services = new Set<Service>();

  async start(more: Readonly<Record<string, unknown>> = {}, query: object = {}): Promise<Service> {
    if (this.prometheus.url === '') await this.prometheus.start();
    const config = checkConfig({
      sources: { main: { url: this.prometheus.url, timeout: '30s' } },
      queries: [{ name: 'load', expr: 'load', range: '6h', ...query }],
      server: { listen: '127.0.0.1:0' },
      state: { path: this.state, every: 3 },
      limits: { workers: 2 },
      ...more,
    });
    const log = createLog('json', (line) => this.lines.push(JSON.parse(line) as Record<string, unknown>));
    const service = await startService(config, { log, now: () => this.now });
    this.services.add(service);
    await service.firstRounds;
    return service;
  }

  /** Moves the clock and waits for the round of the new time. */
  async advance(service: Service, ms: number): Promise<void> {
    this.now += ms;
    await service.round();
  }

  async metrics(service: Service): Promise<Map<string, number>> {
    return readMetrics(await (await fetch(`${service.url}/metrics`)).text());
  }

  async stop(service: Service): Promise<void> {
    this.services.delete(service);
    await service.stop();
  }

  async end(): Promise<void> {
    for (const service of this.services) await service.stop();
    await this.prometheus.stop();
    rmSync(this.state, { recursive: true, force: true });
  }

  messages(): unknown[] {
    return this.lines.map(({ message }) => message);
  }
}

function readMetrics(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([^#]\S*?(?:\{.*\})?) (\S+)$/.exec(line);
    if (match) found.set(match[1]!, Number(match[2]));
  }
  return found;
}
