import type { Endpoint } from '../http.js';
import type { Change, IncidentRecord } from '../ledger.js';
import { DeliveredOutput } from './delivered.js';
import { toRefusal, type Refusal } from './delivery.js';
import type { OutputContext } from './output.js';

/** What a webhook gets by POST, and what docs/operations.md describes. Times are ISO 8601. */
export interface WebhookMessage {
  readonly version: 1;
  readonly event: Change;
  /** The same for one incident, always. */
  readonly id: string;
  /** Counts the messages of one incident from 1; the same message may come more than once. */
  readonly sequence: number;
  readonly query: string;
  readonly expr: string;
  readonly series: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rule: 'anomaly' | 'missing';
  readonly start: string;
  readonly noticed: string;
  readonly end: string;
  readonly open: boolean;
  readonly severity: number;
  readonly score: number;
  readonly kind?: string;
  readonly direction: string;
  readonly deviation: number;
  readonly reason: string;
  readonly similar: readonly { readonly start: string; readonly end: string; readonly weight: number }[];
  readonly closedBecause?: string;
  readonly link?: string;
}

function webhookMessage(event: Change, record: IncidentRecord): WebhookMessage {
  const { incident } = record;
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    version: 1,
    event,
    id: record.id,
    sequence: record.sequence,
    query: record.query,
    expr: record.expr,
    series: record.series,
    labels: record.labels,
    rule: record.rule,
    start: iso(incident.start),
    noticed: iso(incident.noticed),
    end: iso(incident.end),
    open: incident.open,
    severity: incident.severity,
    score: incident.score,
    ...(incident.kind === undefined ? {} : { kind: incident.kind }),
    direction: incident.direction,
    deviation: record.deviation,
    reason: incident.reason,
    similar: incident.attended.map(({ start, end, weight }) => ({
      start: iso(start),
      end: iso(end),
      weight,
    })),
    ...(record.closedBecause === undefined ? {} : { closedBecause: record.closedBecause }),
    ...(record.link === undefined ? {} : { link: record.link }),
  };
}

/** POSTs every change of an incident as JSON. */
export class WebhookOutput extends DeliveredOutput<WebhookMessage> {
  constructor(name: string, endpoint: Endpoint, context: OutputContext) {
    super(endpoint, { name, context, target: endpoint.url, kept: true });
  }

  protected async send(message: WebhookMessage, signal: AbortSignal): Promise<Refusal | undefined> {
    return toRefusal(
      await this.client.send({
        method: 'POST',
        path: '',
        headers: {
          'Content-Type': 'application/json',
          'Idempotency-Key': `${message.id}-${message.sequence}`,
        },
        body: JSON.stringify(message),
        signal,
      }),
    );
  }

  told(change: Change, record: IncidentRecord): void {
    this.delivery.push(webhookMessage(change, record));
  }
}
