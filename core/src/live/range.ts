import { checkAnyNumber, checkRecord, checkRun, checkSeries } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { HeedError } from '../errors.js';
import type { AnomalyEvent, Detection } from '../detection/types.js';
import type { Series } from '../series/series.js';
import { CooperativeScheduler } from '../yield.js';
import { blank, withEvents } from './backtest.js';
import { CellMonitor, type IncidentRecord } from './cell.js';
import { MEMORY } from './channel.js';
import type { MonitorOptions, MonitorState } from './types.js';

/** An incident in the form of an event, with what was told of it while it went on. */
export interface IncidentEvent extends AnomalyEvent {
  /** The same wherever the same points are monitored. */
  readonly id: string;
  /** Epoch ms of the point with which it was noticed. */
  readonly noticed: number;
  readonly open: boolean;
  /** When it was told to be how severe: epoch ms and 0…100, in order. */
  readonly path: readonly (readonly [time: number, severity: number])[];
}

export interface RangeMonitorOptions extends Pick<MonitorOptions, 'budget' | 'sensitivity' | 'timeZone'> {
  /** ms between points. */
  readonly step: number;
  /**
   * Points for which one monitor is answerable; each has learned from as many before them. Cells begin at whole multiples
   * of their length, so that what is said of a moment does not depend on the range that is looked at. Infinity: one
   * monitor, from the first point that is shown to it. Default 1440.
   */
  readonly cell?: number;
}

export interface MonitoredRange {
  /** Of the whole series; scores before `from` are 0. Events are incidents. */
  readonly detection: Omit<Detection, 'events'> & { readonly events: readonly IncidentEvent[] };
  /** At the last point, and epoch ms since when. */
  readonly state: MonitorState;
  readonly since: number;
  /** Points that were new to the monitors. */
  readonly scoredPoints: number;
}

/** Missing steps after which there is no data. */
const SILENT = 5;
/** Latest points that a source may still correct; what was said of them stays. */
const UNSETTLED = 16;

/**
 * Epoch ms from which points are needed to monitor a range from `from` on: those that the cell at its beginning has learned
 * from, and the cell before, whose incident may go on into it.
 */
export function findHistoryStart(from: number, step: number, cell = MEMORY): number {
  checkAnyNumber('begin of the range', from);
  checkAnyNumber('step', step);
  checkAnyNumber('number of points of a cell', cell);
  const length = cell * step;
  return (Math.floor(from / length) - 2) * length;
}

/**
 * A series as it happened, over a range that moves on, or is zoomed into: what is said of a moment is the same in every
 * range and on every page, and is never revised. Only new points are judged.
 */
export class RangeMonitor {
  private cells = new Map<number, CellMonitor>();
  private shown: Series | undefined;
  private readonly length: number;

  /** @throws HeedError bad-option */
  constructor(private readonly options: RangeMonitorOptions) {
    checkRecord('options', options);
    const { step, cell = MEMORY } = options;
    checkNumber('the step in ms', step, { above: 0 });
    checkNumber('the number of points of a cell', cell, { min: 1, infinite: true });
    this.length = Math.floor(cell) * step;
  }

  /**
   * @param series the range with the history that `historyOf` names
   * @param from epoch ms: what lies before need not be judged
   * @param run `now`, epoch ms: where the series ends long before it, there is no data
   * @throws HeedError too-few-points, cancelled, and what `createMonitor` throws
   */
  async update(
    series: Series,
    from: number,
    run: { readonly signal?: AbortSignal; readonly now?: number } = {},
  ): Promise<MonitoredRange> {
    checkSeries(series);
    checkNumber('the begin of the range', from, {});
    checkRun(run);
    const { time } = series;
    if (time.length === 0) {
      throw new HeedError('too-few-points', 'the series has no points', 'Choose a range that holds some.');
    }
    if (this.shown && !(agrees(this.shown, series) && this.goesOn(series))) this.cells.clear();
    const last = time[time.length - 1]!;
    // What a narrower range does not hold stays to be compared with.
    if (!this.cells.size || !this.shown || last >= this.shown.time[this.shown.time.length - 1]!)
      this.shown = series;
    const first = this.cellAt(Math.min(last, Math.max(from, time[0]!)));
    let scoredPoints = 0;
    const scheduler = new CooperativeScheduler(run.signal);
    const feed = async (index: number): Promise<CellMonitor> => {
      const cell = this.cells.get(index) ?? this.start(index, series);
      this.cells.set(index, cell);
      scoredPoints += await cell.feed(series, scheduler);
      return cell;
    };
    const cells: CellMonitor[] = [];
    for (let index = first; index <= this.cellAt(last); index++) cells.push(await feed(index));
    // An incident that is on where the range's first cell begins is told by the cell before, which noticed it.
    const before = cells[0]!.openAtStart && time[0]! < cells[0]!.start ? [await feed(first - 1)] : [];
    for (const index of this.cells.keys()) if ((index + 1) * this.length < time[0]!) this.cells.delete(index);
    const incidents = told([...before, ...cells]).filter(({ incident }) => incident.end >= from);
    return {
      detection: describe(series, cells, incidents),
      ...readState(cells, last, this.options.step, run.now ?? last),
      scoredPoints,
    };
  }

  /** One monitor without cells needs its next point, and no earlier one than its first. */
  private goesOn({ time }: Series): boolean {
    const cell = this.length === Infinity ? this.cells.get(0) : undefined;
    return !cell || (time[0]! >= cell.start && time[0]! <= cell.lastSeen + 1.5 * this.options.step);
  }

  private cellAt(time: number): number {
    return this.length === Infinity ? 0 : Math.floor(time / this.length);
  }

  private start(index: number, series: Series): CellMonitor {
    const { step, cell: _cell, ...rest } = this.options;
    const bounds =
      this.length === Infinity
        ? { learnFrom: series.time[0]!, start: series.time[0]!, end: Infinity }
        : {
            learnFrom: (index - 1) * this.length,
            start: index * this.length,
            end: (index + 1) * this.length,
          };
    const channels = series.channels.map(({ name, unit }) =>
      unit === undefined ? { name } : { name, unit },
    );
    return new CellMonitor({ ...rest, step, channels }, bounds);
  }
}

/**
 * What cells that follow each other say of incidents, each told once. One that goes on into the next cell is that of the
 * cell that noticed it, as long as the next one knows of it; else it ends there.
 */
function told(cells: readonly CellMonitor[]): IncidentRecord[] {
  const out: IncidentRecord[] = [];
  let until = -Infinity;
  cells.forEach((cell, at) => {
    const next = cells[at + 1];
    for (const record of cell.records()) {
      const { noticed } = record.incident;
      const isKnown = noticed <= until || (noticed < cell.start && until >= cell.start);
      if (isKnown) continue;
      const kept =
        next && !next.openAtStart && record.closed >= next.start ? endedAt(record, next.start) : record;
      out.push(kept);
      until = Math.max(until, kept.closed);
    }
  });
  return out;
}

/** The record as it was at a moment, which ends it. */
const endedAt = ({ atEnd, path }: IncidentRecord, moment: number): IncidentRecord => ({
  incident: { ...atEnd, open: false },
  atEnd,
  path: path.filter(([time]) => time < moment),
  closed: moment - 1,
});

function describe(
  series: Series,
  cells: readonly CellMonitor[],
  incidents: readonly IncidentRecord[],
): MonitoredRange['detection'] {
  const scores = blank(series);
  let at = 0;
  for (let t = 0; t < series.time.length; t++) {
    const time = series.time[t]!;
    while (at < cells.length && time >= cells[at]!.end) at++;
    cells[at]?.read(time, t, scores);
  }
  const detection = withEvents(
    scores,
    series,
    incidents.map(({ incident }) => incident),
  );
  const events = detection.events.map((event, i): IncidentEvent => {
    const { incident, path } = incidents[i]!;
    return { ...event, id: incident.id, noticed: incident.noticed, open: incident.open, path };
  });
  return {
    ...detection,
    events,
    notes: [...detection.notes, ...new Set(cells.flatMap((cell) => cell.notes))],
  };
}

function readState(
  cells: readonly CellMonitor[],
  last: number,
  step: number,
  now: number,
): { state: MonitorState; since: number } {
  if (now - last > SILENT * step) return { state: 'no data', since: last + step };
  const state = cells[cells.length - 1]!.stateAt(last);
  let since = last;
  for (let at = cells.length - 1; at >= 0; at--) {
    const cell = cells[at]!;
    const first = cell.heldSince(state, Math.min(last, cell.end - step));
    if (first === undefined) break;
    since = first;
    if (first > cell.start) break;
  }
  return { state, since };
}

/** Whether a series says of the moments that both hold what the one before said, but for the latest ones. */
function agrees(old: Series, next: Series): boolean {
  if (old.channels.length !== next.channels.length) return false;
  if (old.channels.some(({ name }, c) => name !== next.channels[c]!.name)) return false;
  const settled = old.time[Math.max(0, old.time.length - 1 - UNSETTLED)]!;
  let b = 0;
  for (let a = 0; a < old.time.length; a++) {
    const time = old.time[a]!;
    if (time > settled) break;
    while (b < next.time.length && next.time[b]! < time) b++;
    if (next.time[b] !== time) continue;
    if (old.channels.some(({ values }, c) => !Object.is(values[a], next.channels[c]!.values[b])))
      return false;
  }
  return true;
}
