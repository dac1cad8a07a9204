import { isObject, type Json, type JsonLayout } from './json-shapes.js';
import type { JsonPath } from './json-place.js';
import { joinPoints, withNotes } from './points.js';
import { seriesFromRecords, type SeriesRecord } from './records.js';

/** A number or a time of the aggregation, and where it stands. */
interface Placed {
  readonly value: unknown;
  readonly path: JsonPath;
}

interface Points {
  readonly times: unknown[];
  readonly values: unknown[];
  readonly paths: { readonly time: JsonPath; readonly value: JsonPath }[];
}

const isEpochMs = (key: unknown): boolean => typeof key === 'number' && key > 1e11;

/** Buckets in a list, or under names of their own. */
function listBuckets(inner: Json, path: JsonPath): (readonly [bucket: Json, path: JsonPath])[] | null {
  if (Array.isArray(inner.buckets)) {
    return (inner.buckets as Json[]).map((bucket, b) => [bucket, [...path, 'buckets', b]]);
  }
  if (!isObject(inner.buckets)) return null;
  return Object.entries(inner.buckets).map(([key, one]) => [
    { key, ...(one as Json) },
    [...path, 'buckets', key],
  ]);
}

/** Every metric of every bucket with a time around it, by the terms around and the metric's name. */
function collectPoints(aggregations: Json, root: JsonPath): { found: Map<string, Points>; counted: boolean } {
  const found = new Map<string, Points>();
  /** Counts of documents were left out. */
  let counted = false;
  const add = (name: readonly string[], time: Placed, value: unknown, path: JsonPath): void => {
    const joined = name.join(' ');
    let own = found.get(joined);
    if (!own) found.set(joined, (own = { times: [], values: [], paths: [] }));
    own.times.push(time.value);
    own.values.push(value);
    own.paths.push({ time: time.path, value: path });
  };
  const visit = (node: Json, at: JsonPath, terms: readonly string[], time: Placed | undefined): void => {
    let metrics = 0;
    for (const [name, inner] of Object.entries(node)) {
      if (!isObject(inner) || name === 'key') continue;
      const path = [...at, name];
      const buckets = listBuckets(inner, path);
      if (buckets) {
        // One damaged key does not make terms of times.
        const most = (test: (key: unknown) => boolean): boolean =>
          2 * buckets.filter(([{ key }]) => test(key)).length > buckets.length;
        const timed = most(isEpochMs);
        const timePart = Object.keys((buckets[0]?.[0].key as Json | undefined) ?? {}).find((part) =>
          most((key) => isObject(key) && isEpochMs(key[part])),
        );
        for (const [bucket, own] of buckets) {
          const { key } = bucket;
          if (isObject(key)) {
            // A composite has a time and terms in one key.
            const others = Object.entries(key).flatMap(([part, one]) =>
              part === timePart ? [] : [String(one)],
            );
            const around =
              timePart === undefined ? time : { value: key[timePart], path: [...own, 'key', timePart] };
            visit(bucket, own, [...terms, ...others], around);
          } else if (timed) visit(bucket, own, terms, { value: key, path: [...own, 'key'] });
          else visit(bucket, own, [...terms, String(bucket.key_as_string ?? key)], time);
        }
        metrics++;
      } else if (time !== undefined && 'value' in inner) {
        add([...terms, name], time, inner.value, [...path, 'value']);
        metrics++;
      } else if (time !== undefined && isObject(inner.values)) {
        for (const [percent, number] of Object.entries(inner.values))
          add([...terms, name, percent], time, number, [...path, 'values', percent]);
        metrics++;
      } else if (time !== undefined && 'avg' in inner) {
        for (const statistic of ['avg', 'min', 'max', 'sum', 'count'])
          add([...terms, name, statistic], time, inner[statistic], [...path, statistic]);
        metrics++;
      }
    }
    if (time !== undefined && metrics > 0 && typeof node.doc_count === 'number') counted = true;
    if (time !== undefined && metrics === 0 && 'doc_count' in node)
      add([...terms, 'count'], time, node.doc_count, [...at, 'doc_count']);
  };
  visit(aggregations, root, [], undefined);
  return { found, counted };
}

/** What Elasticsearch says is missing from its answer. */
function listGaps(answer: Json): string[] {
  const shards = isObject(answer._shards) ? answer._shards : {};
  const failed = Number(shards.failed);
  return [
    ...(answer.timed_out === true ? ['Elasticsearch timed out (timed_out): documents are missing.'] : []),
    ...(failed > 0
      ? [
          `${failed} of ${String(shards.total ?? 'the')} shards of Elasticsearch failed (_shards): documents are missing.`,
        ]
      : []),
    ...(answer.terminated_early === true
      ? ['Elasticsearch ended the search early (terminated_early): documents are missing.']
      : []),
  ];
}

/** Elasticsearch: buckets of date histograms, in or around buckets of terms; else the documents found. */
export const elasticsearch: JsonLayout = (value, options) => {
  if (!isObject(value)) return null;
  const key = value.aggregations === undefined ? 'aggs' : 'aggregations';
  const aggregations = value[key];
  if (isObject(aggregations)) {
    const { found, counted } = collectPoints(aggregations, [key]);
    const read = joinPoints(
      [...found].map(([name, { times, values, paths }]) => ({
        name,
        times,
        values,
        path: (t, part) => paths[t]![part],
      })),
      'an aggregation of Elasticsearch',
      options,
    );
    return withNotes(read, [
      ...(counted
        ? [
            'The counts of documents (doc_count) beside other metrics were left out; an aggregation without those has them.',
          ]
        : []),
      ...listGaps(value),
    ]);
  }
  const hits = isObject(value.hits) ? value.hits.hits : undefined;
  if (!Array.isArray(hits) || !hits.every((hit) => isObject(hit) && isObject(hit._source))) return null;
  const read = seriesFromRecords(
    hits.map((hit: Json) => hit._source as SeriesRecord),
    { sort: true, ...options },
    undefined,
    (record) => ['hits', 'hits', record, '_source'],
  );
  return withNotes(read, listGaps(value));
};
