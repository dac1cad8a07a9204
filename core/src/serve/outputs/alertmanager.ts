import { setTimeout as sleep } from 'node:timers/promises';
import { isHeedError } from '../../errors.js';
import type { Config } from '../config.js';
import { sentLabels } from '../exposition.js';
import { HttpClient } from '../http.js';
import type { IncidentRecord } from '../ledger.js';
import { toRefusal, retryAfter } from './delivery.js';
import type { Output, OutputContext } from './output.js';

type AlertmanagerConfig = Config['outputs']['alertmanager'][number];

/** One alert as Alertmanager's API v2 takes it. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** Alerts per request. */
const MOST_ALERTS = 500;
/** A resolved alert is repeated for so long, as Prometheus does it, ms. */
const KEEP_RESOLVED = 15 * 60_000;

/**
 * @param until epoch ms when Alertmanager resolves it by itself, unless it is repeated
 */
function toAlert(record: IncidentRecord, more: Readonly<Record<string, string>>, until: number): Alert {
  const { incident, labels, link, query, rule } = record;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const [similar] = incident.attended;
  return {
    labels: {
      ...Object.fromEntries(sentLabels(labels)),
      ...more,
      alertname: rule === 'missing' ? 'HeedMissing' : 'HeedIncident',
      query,
    },
    annotations: {
      summary: `${record.series} ${rule === 'missing' ? 'is missing' : 'is anomalous'}`,
      description: incident.reason,
      reason: incident.reason,
      severity: incident.severity.toFixed(0),
      direction: incident.direction,
      onset: iso(incident.start),
      noticed: iso(incident.noticed),
      expr: record.expr,
      incident: record.id,
      ...(incident.kind === undefined ? {} : { kind: incident.kind }),
      ...(similar
        ? { similar: `${iso(similar.start)}/${iso(similar.end)} (${Math.round(100 * similar.weight)}%)` }
        : {}),
      ...(link === undefined ? {} : { link }),
      ...(record.closedBecause === undefined ? {} : { closed_because: record.closedBecause }),
    },
    startsAt: iso(incident.start),
    endsAt: iso(record.closed ?? until),
    ...(link === undefined ? {} : { generatorURL: link }),
  };
}

/**
 * Keeps an Alertmanager told of all open incidents, and of those that closed lately: what it knows follows the ledger,
 * so that nothing is lost by a message that is, and nothing sent twice matters.
 */
export class AlertmanagerOutput implements Output {
  sent = 0;
  failures = 0;
  dropped = 0;
  failure: string | undefined;
  private readonly client: HttpClient;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private nap = new AbortController();
  /** Ids of incidents whose last change has not been taken yet. */
  private readonly changed = new Set<string>();

  constructor(
    readonly name: string,
    private readonly config: AlertmanagerConfig,
    private readonly context: OutputContext,
  ) {
    this.client = new HttpClient(config);
    this.running = this.run();
  }

  get waiting(): number {
    return this.changed.size;
  }

  told(_: unknown, { id }: IncidentRecord): void {
    this.changed.add(id);
    this.nap.abort();
  }

  async close(): Promise<void> {
    // What has changed is told before, where that does not take long.
    if (this.changed.size > 0 && this.failure === undefined) await this.send().catch(() => {});
    this.stopping.abort();
    this.nap.abort();
    await this.running;
    await this.client.close();
  }

  private async run(): Promise<void> {
    const { log } = this.context;
    // The ledger is read first when the rounds have begun.
    await new Promise((resolve) => setImmediate(resolve));
    for (let attempts = 0; !this.stopping.signal.aborted;) {
      let failure: string | undefined;
      try {
        failure = await this.send();
      } catch (error) {
        failure = isHeedError(error) ? error.message : String((error as Error)?.stack ?? error);
      }
      if (this.stopping.signal.aborted) return;
      this.failure = failure;
      if (failure === undefined) {
        attempts = 0;
        if (log.clear(`${this.name}: send`))
          log.write('info', 'An output takes messages again.', { output: this.name });
      } else {
        attempts++;
        this.failures++;
        log.once(`${this.name}: send`, 'error', 'An output does not take messages; they are sent again.', {
          output: this.name,
          cause: failure,
        });
      }
      await this.wait(
        failure === undefined ? this.config.resend : retryAfter(attempts),
        failure === undefined,
      );
    }
  }

  /** @param wakes whether a change ends it */
  private async wait(ms: number, wakes: boolean): Promise<void> {
    if (wakes && this.changed.size > 0) return;
    this.nap = new AbortController();
    const signal = wakes ? AbortSignal.any([this.nap.signal, this.stopping.signal]) : this.stopping.signal;
    await sleep(ms, undefined, { signal }).catch(() => {});
  }

  /** @returns what went wrong */
  private async send(): Promise<string | undefined> {
    const { now, ledger } = this.context;
    const told = [...this.changed];
    const until = now() + 4 * this.config.resend;
    const records = [
      ...ledger().listOpen(),
      ...ledger()
        .listClosed()
        .filter(({ closed }) => now() - closed! < KEEP_RESOLVED),
    ].filter(({ muted }) => muted === undefined);
    // Alertmanager knows alerts by their labels; an open one stands for those that closed before it.
    const alerts = new Map<string, Alert>();
    for (const record of records) {
      const alert = toAlert(record, this.config.labels, until);
      const key = JSON.stringify(alert.labels);
      if (!alerts.has(key)) alerts.set(key, alert);
    }
    const list = [...alerts.values()];
    for (let at = 0; at < list.length; at += MOST_ALERTS) {
      const part = list.slice(at, at + MOST_ALERTS);
      const refusal = toRefusal(
        await this.client.send({
          method: 'POST',
          path: '/api/v2/alerts',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(part),
          signal: this.stopping.signal,
        }),
      );
      if (refusal) return refusal.message;
      this.sent += part.length;
    }
    for (const id of told) this.changed.delete(id);
    return undefined;
  }
}
