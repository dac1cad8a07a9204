import { expect, test } from 'vitest';
import { readCsv } from './read/csv.js';
import { unitOfName } from './units.js';

test('units come from the names that Prometheus’ rules give', () => {
  expect(unitOfName('http_request_duration_p95_seconds')).toBe('s');
  expect(unitOfName('process_cpu_seconds_total')).toBe('s');
  expect(unitOfName('batch_written_bytes_per_second')).toBe('bytes/s');
  expect(unitOfName('http_requests_per_second')).toBe('/s');
  expect(unitOfName('node_filesystem_used_ratio')).toBe('ratio');
  expect(unitOfName('bytes')).toBeUndefined();
  expect(unitOfName('queue_length')).toBeUndefined();
});

test('a CSV’s columns get them', () => {
  const { series } = readCsv('response_time_seconds,queue\n1,2\n2,3\n');
  expect(series.channels.map(({ unit }) => unit)).toEqual(['s', undefined]);
});
