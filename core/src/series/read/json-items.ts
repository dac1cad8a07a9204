/** Histories of items, a record per value and the item's name or number in it: Zabbix and Home Assistant. */
import { byEpoch, isObject, unitNamed, type Json, type JsonLayout } from './json-shapes.js';
import type { JsonPath } from './json-place.js';
import { isMissingText } from './numbers.js';
import { joinPoints, withNotes, type PointSeries } from './points.js';
import { listNames } from './words.js';

const isClock = (clock: unknown): boolean => /^\d{9,10}$/.test(String(clock));

/**
 * Zabbix, `history.get` and `trend.get`: `{ result: [{ itemid, clock, value }, …] }`, items mixed or one after the
 * other, in any order.
 */
export const zabbix: JsonLayout = (value, options) => {
  const list = isObject(value) ? value.result : value;
  if (!Array.isArray(list) || list.length === 0 || options.time !== undefined) return null;
  const records = list as unknown[];
  if (!records.every((one) => isObject(one) && 'itemid' in one && 'clock' in one)) return null;
  // One damaged time is told by its place.
  if (2 * records.filter((one) => isClock((one as Json).clock)).length < records.length) return null;
  const parts = ['value', 'value_avg', 'value_min', 'value_max'].filter(
    (part) => part in (records[0] as Json),
  );
  if (parts.length === 0) return null;
  const rows = new Map<string, number[]>();
  records.forEach((one, row) => {
    const item = String((one as Json).itemid);
    const own = rows.get(item);
    if (own) own.push(row);
    else rows.set(item, [row]);
  });
  const base: JsonPath = list === value ? [] : ['result'];
  return joinPoints(
    [...rows].flatMap(([item, own]) =>
      parts.map((part): PointSeries => {
        const name = rows.size === 1 ? part : parts.length === 1 ? item : `${item} ${part}`;
        return {
          name,
          times: own.map((row) => {
            const { clock } = records[row] as Json;
            return isClock(clock) ? 1000 * Number(clock) : clock;
          }),
          values: own.map((row) => (records[row] as Json)[part]),
          path: (t, kind) => [...base, own[t]!, kind === 'time' ? 'clock' : part],
        };
      }),
    ),
    'a history of Zabbix',
    options,
  );
};

const lostStates = new Set(['unavailable', 'unknown']);

/**
 * Home Assistant, `/api/history/period`: a list per entity of `{ entity_id, state, attributes, last_changed }`; with
 * minimal_response only its first record tells more than the state.
 */
export const homeAssistant: JsonLayout = (value, options) => {
  const asked = options.time ?? options.columns ?? options.series;
  if (!Array.isArray(value) || asked !== undefined) return null;
  const lists = value as unknown[];
  const filled = lists.filter((list) => Array.isArray(list) && list.length > 0) as unknown[][];
  if (filled.length === 0 || !lists.every(Array.isArray)) return null;
  const timeKey = (one: Json): string => ('last_updated' in one && !('last_changed' in one) ? 'last_updated' : 'last_changed'); // prettier-ignore
  const isState = (one: unknown): one is Json => isObject(one) && 'state' in one && timeKey(one) in one;
  if (!filled.every((list) => isObject(list[0]) && 'entity_id' in list[0] && list.every(isState)))
    return null;
  const words: string[] = [];
  const series = (lists as Json[][]).flatMap((list, l): PointSeries[] => {
    const [first] = list;
    if (!first) return [];
    const name = String(first.entity_id);
    const texts = list.map(({ state }) => String(state).trim());
    const told = texts.filter((text) => !lostStates.has(text) && !isMissingText(text));
    // Doors and lights have words for states.
    if (told.length > 0 && told.every((text) => Number.isNaN(Number(text)))) {
      words.push(name);
      return [];
    }
    const attributes = isObject(first.attributes) ? first.attributes : {};
    return [
      {
        name,
        ...unitNamed(attributes.unit_of_measurement),
        times: list.map((one) => byEpoch(one[timeKey(one)])),
        values: list.map(({ state }, t) => (lostStates.has(texts[t]!) ? null : state)),
        path: (t, part) => [l, t, part === 'time' ? timeKey(list[t]!) : 'state'],
      },
    ];
  });
  if (series.length === 0) return null;
  return withNotes(joinPoints(series, 'a history of Home Assistant', options), [
    ...(words.length > 0 ? [`Left out, as their states are words: ${listNames(words)}.`] : []),
  ]);
};
