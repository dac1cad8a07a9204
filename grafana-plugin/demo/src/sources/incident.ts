import {
  DataSourceApi,
  FieldType,
  createDataFrame,
  type DataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { anchor, clock, standing } from './clock.js';

export interface IncidentQuery extends DataQuery {
  /** Names of columns of the recording; none means all. */
  columns?: string[];
}

interface Recording {
  /** ms since its beginning. */
  readonly time: number[];
  readonly columns: ReadonlyMap<string, { readonly values: number[]; readonly unit: string }>;
}

/** Grafana's names of the units that the recording uses. */
const units: Record<string, string> = {
  'requests/s': 'reqps',
  ratio: 'percentunit',
  bytes: 'bytes',
  'bytes/s': 'Bps',
  s: 's',
  cores: 'short',
};

/**
 * The recorded incident, moved in time so that most of it lies in the past and the rest arrives live: time ranges and
 * refresh then mean what they mean on a real dashboard. It is over when the anchor moves on, and the recording with it.
 */
export class IncidentDataSource extends DataSourceApi<IncidentQuery> {
  private loading: Promise<Recording> | undefined;

  recording(): Promise<Recording> {
    this.loading ??= load();
    return this.loading;
  }

  async columnNames(): Promise<string[]> {
    return [...(await this.recording()).columns.keys()];
  }

  override async query(request: DataQueryRequest<IncidentQuery>): Promise<DataQueryResponse> {
    const recording = await this.recording();
    return {
      data: request.targets
        .filter((t) => !t.hide)
        .flatMap((target) => this.frames(recording, target, request)),
    };
  }

  async testDatasource() {
    const names = await this.columnNames();
    return { status: 'success', message: `${names.length} columns` };
  }

  private frames(recording: Recording, query: IncidentQuery, request: DataQueryRequest): DataFrame[] {
    const length = recording.time[recording.time.length - 1]!;
    // Whole steps, so that points lie on the grid that queries ask for.
    const step = recording.time[1]! - recording.time[0]!;
    const begin = Math.round((anchor() + standing - length) / step) * step;
    const from = request.range.from.valueOf();
    const to = Math.min(request.range.to.valueOf(), clock());
    const rows = recording.time.flatMap((t, i) => (begin + t >= from && begin + t <= to ? [i] : []));
    const names = query.columns?.length ? query.columns : [...recording.columns.keys()];
    return names.flatMap((name) => {
      const column = recording.columns.get(name);
      if (!column) return [];
      return createDataFrame({
        refId: query.refId,
        fields: [
          {
            name: 'Time',
            type: FieldType.time,
            values: rows.map((i) => begin + recording.time[i]!),
            config: {},
          },
          {
            name,
            type: FieldType.number,
            values: rows.map((i) => (Number.isNaN(column.values[i]!) ? null : column.values[i]!)),
            config: { unit: column.unit },
          },
        ],
      });
    });
  }
}

async function load(): Promise<Recording> {
  const [csv, json] = await Promise.all([
    fetch('/api/incident.csv').then((response) => {
      if (!response.ok) throw new Error('the recorded incident is missing from core/data');
      return response.text();
    }),
    fetch('/api/incident.json').then((response) => (response.ok ? response.json() : {})),
  ]);
  const described = ((json as { channels?: Array<{ name: string; unit?: string }> }).channels ?? []).map(
    (channel) => [channel.name, channel.unit ?? ''] as const,
  );
  const unitOf = new Map(described);
  // Our own recording: comma-separated, no quotes.
  const [header, ...lines] = csv.trim().split(/\r?\n/);
  const names = header!.split(',');
  const rows = lines.map((line) => line.split(','));
  const timeAt = names.findIndex((name) => /^(time|timestamp)$/i.test(name));
  const times = rows.map((row) => toMs(row[timeAt]!));
  const columns = new Map(
    names.flatMap((name, at) =>
      at === timeAt || /^(label|is_anomaly|anomaly|fault)$/i.test(name)
        ? []
        : [
            [
              name,
              {
                values: rows.map((row) => (row[at] === '' ? NaN : Number(row[at]))),
                unit: units[unitOf.get(name) ?? ''] ?? 'short',
              },
            ] as const,
          ],
    ),
  );
  return { time: times.map((t) => t - times[0]!), columns };
}

function toMs(text: string): number {
  const number = Number(text);
  if (Number.isNaN(number)) return Date.parse(text);
  return number < 1e11 ? number * 1000 : number;
}
