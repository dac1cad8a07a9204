import { HeedError } from '../errors.js';

/** A channel of the recorded incident and the PromQL that read it. */
export interface IncidentChannel {
  readonly name: string;
  readonly unit: string;
  readonly query: string;
  readonly summary: string;
}

/** A fault that was injected. Times are epoch ms. */
export interface IncidentFault {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  /** Names of the channels in which it must show. */
  readonly channels: readonly string[];
  readonly summary: string;
}

/** What is known of the recorded incident besides its values. Times are epoch ms. */
export interface Incident {
  readonly description: string;
  readonly start: number;
  readonly end: number;
  readonly points: number;
  /** Milliseconds between points. */
  readonly step: number;
  readonly channels: readonly IncidentChannel[];
  readonly faults: readonly IncidentFault[];
}

/**
 * Reads the description that lies beside the recorded incident (`@heed/core/data/incident.json`; its values are in
 * `incident.csv`, read like any other CSV file).
 * @throws HeedError bad-json
 */
export function parseIncident(text: string): Incident {
  const fail = (what: string): never => {
    const remedy = 'Take incident.json as the package ships it, or record it anew: npm run record-incident.';
    throw new HeedError('bad-json', `the description of the incident ${what}`, remedy, {
      file: 'incident.json',
    });
  };
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return fail('is not JSON');
  }
  const time = (value: unknown): number => {
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) ? fail(`has ${String(value)} for a time`) : at;
  };
  const list = <T>(name: string): T[] =>
    Array.isArray(json?.[name]) ? (json[name] as T[]) : fail(`has no ${name}`);
  const number = (name: string): number =>
    typeof json?.[name] === 'number' ? (json[name] as number) : fail(`has no ${name}`);
  const faults = list<Record<'kind' | 'start' | 'end' | 'summary', string> & { channels: string[] }>(
    'faults',
  );
  return {
    description: String(json['description'] ?? ''),
    start: time(json['start']),
    end: time(json['end']),
    points: number('points'),
    step: 1000 * number('stepSeconds'),
    channels: list<IncidentChannel>('channels'),
    faults: faults.map(({ kind, start, end, channels, summary }) => ({
      kind,
      start: time(start),
      end: time(end),
      channels,
      summary,
    })),
  };
}
