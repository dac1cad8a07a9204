import type { Config } from '../config.js';
import type { Message } from '../http.js';
import type { Change, IncidentRecord } from '../ledger.js';
import type { WatchedUnit } from '../units.js';
import { DeliveredOutput } from './delivered.js';
import { toRefusal, type Refusal } from './delivery.js';
import type { OutputContext } from './output.js';

type GrafanaConfig = Config['outputs']['grafana'][number];

interface Region {
  readonly id: string;
  readonly time: number;
  readonly timeEnd: number;
  readonly text: string;
}

/** The region of an open incident grows this often, ms. */
const GROW = 5 * 60_000;

/** Draws one region per incident on Grafana's dashboards, through its annotations API. */
export class GrafanaOutput extends DeliveredOutput<Region> {
  private grown = 0;

  constructor(
    name: string,
    private readonly config: GrafanaConfig,
    private readonly context: OutputContext,
  ) {
    super(config, {
      name,
      context,
      target: JSON.stringify([config.url, config.dashboardUid, config.panelId]),
      kept: true,
    });
  }

  told(_: Change, record: IncidentRecord): void {
    this.delivery.push(toRegion(record, record.incident.end));
  }

  scored(_: Iterable<WatchedUnit>, time: number): void {
    if (time - this.grown < GROW) return;
    this.grown = time;
    for (const record of this.context.ledger().listOpen()) {
      if (record.muted === undefined) this.delivery.push(toRegion(record, time));
    }
  }

  /** Makes the region, or changes the one that is there: sent again it is still one. */
  protected async send(region: Region, signal: AbortSignal): Promise<Refusal | undefined> {
    const { dashboardUid, panelId, tags } = this.config;
    const tag = `heed:${region.id}`;
    const found = await this.ask({
      method: 'GET',
      path: `/api/annotations?tags=${encodeURIComponent(tag)}`,
      signal,
    });
    if ('refusal' in found) return found.refusal;
    const [known] = Array.isArray(found.json) ? (found.json as { id?: unknown }[]) : [];
    const { time, timeEnd, text } = region;
    const body = { time, timeEnd, text, tags: [...tags, tag] };
    const answer = await this.ask(
      typeof known?.id === 'number'
        ? { method: 'PATCH', path: `/api/annotations/${known.id}`, body: JSON.stringify(body), signal }
        : {
            method: 'POST',
            path: '/api/annotations',
            body: JSON.stringify({
              ...body,
              ...(dashboardUid === undefined ? {} : { dashboardUID: dashboardUid }),
              ...(panelId === undefined ? {} : { panelId }),
            }),
            signal,
          },
    );
    return 'refusal' in answer ? answer.refusal : undefined;
  }

  private async ask(message: Message): Promise<{ readonly refusal: Refusal } | { readonly json: unknown }> {
    const answer = await this.client.send({ ...message, headers: { 'Content-Type': 'application/json' } });
    const refusal = toRefusal(answer);
    if (refusal) return { refusal };
    try {
      return { json: JSON.parse(answer.text) as unknown };
    } catch {
      return { refusal: { message: 'its answer is not JSON', lasting: false } };
    }
  }
}

function toRegion({ id, incident, series, query }: IncidentRecord, end: number): Region {
  const reason = incident.reason.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return {
    id,
    time: incident.start,
    timeEnd: Math.max(incident.start + 1, end),
    text: `${series === query ? '' : `${query}: `}${reason}\nSeverity ${incident.severity.toFixed(0)}`,
  };
}
