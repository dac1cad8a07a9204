import { getBackendSrv } from '@grafana/runtime';
import { firstValueFrom } from 'rxjs';
import { t } from '../shared/i18n.js';

/** Settings of the app, besides secrets. */
export interface AppSettings {
  /** Address of a `heed serve`, as Grafana's server reaches it. */
  readonly serveUrl?: string;
}

/** An incident as `heed serve` tells it at `/api/incidents`: what is shown of it. */
export interface ServedIncident {
  readonly id: string;
  readonly query: string;
  readonly series: string;
  readonly link?: string;
  /** Why nobody was told. */
  readonly muted?: string;
  /** Epoch ms. */
  readonly start: number;
  readonly end: number;
  readonly severity: number;
  readonly reason: string;
}

export interface ServedIncidents {
  /** The gravest first, as all lists of what goes on. */
  readonly open: readonly ServedIncident[];
  /** The latest first. */
  readonly closed: readonly ServedIncident[];
}

/** Through Grafana's server, which knows the address and the password. */
const path = '/api/plugin-proxy/heed-anomaly-app/serve';

/**
 * What a `heed serve` watches over.
 * @throws Error with a sentence for the reader
 */
export async function readIncidents(): Promise<ServedIncidents> {
  const answer = await ask('/api/incidents');
  const { open, closed } = (answer ?? {}) as { open?: unknown; closed?: unknown };
  if (!Array.isArray(open) || !Array.isArray(closed)) throw new Error(notServe());
  return {
    open: open.map(readIncident).sort((a, b) => b.severity - a.severity || b.start - a.start),
    closed: closed.map(readIncident).sort((a, b) => b.end - a.end),
  };
}

async function ask(page: string): Promise<unknown> {
  try {
    const { data } = await firstValueFrom(
      getBackendSrv().fetch<unknown>({ url: path + page, method: 'GET', showErrorAlert: false }),
    );
    return data;
  } catch (error) {
    const { status, statusText, data } = error as {
      status?: number;
      statusText?: string;
      data?: { message?: string };
    };
    if (status === 404) throw new Error(notServe(), { cause: error });
    if (status === 401 || status === 403)
      throw new Error(
        t('serve.refused', 'heed serve wants another user and password: see the configuration of the app.'),
        { cause: error },
      );
    const why = data?.message ?? statusText ?? (error as Error).message ?? String(status);
    throw new Error(t('serve.silent', 'heed serve did not answer: {{why}}', { why }), { cause: error });
  }
}

const notServe = () =>
  t(
    'serve.other',
    'What answers there is not heed serve, or an old one: it has no list of incidents at /api/incidents.',
  );

function readIncident(record: unknown): ServedIncident {
  const { id, query, series, link, muted, incident } = (record ?? {}) as Record<string, unknown>;
  const { start, end, severity, reason } = (incident ?? {}) as Record<string, unknown>;
  const isText = [id, query, series, reason].every((text) => typeof text === 'string');
  if (!isText || ![start, end, severity].every(Number.isFinite)) throw new Error(notServe());
  return {
    id: id as string,
    query: query as string,
    series: series as string,
    start: start as number,
    end: end as number,
    severity: severity as number,
    reason: reason as string,
    // Other schemes than these have no place in a link.
    ...(typeof link === 'string' && /^https?:\/\//.test(link) ? { link } : {}),
    ...(typeof muted === 'string' ? { muted } : {}),
  };
}
