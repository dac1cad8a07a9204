import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { HeedError } from '../errors.js';
import type { StoredMonitor } from './store.js';

/** Of what can be read; other versions begin anew. */
const VERSION = 1;

/**
 * Monitors as one piece of data, deflated: `length of the JSON (32 bits), JSON, snapshots`.
 * @param monitors by key
 */
export function packMonitors(monitors: readonly (readonly [string, StoredMonitor])[]): Uint8Array {
  const head = Buffer.from(
    JSON.stringify({
      version: VERSION,
      monitors: monitors.map(([key, { snapshot, ...rest }]) => [key, rest, snapshot.length]),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return deflateRawSync(Buffer.concat([length, head, ...monitors.map(([, { snapshot }]) => snapshot)]), {
    level: 1,
  });
}

/** @throws HeedError not-supported where another version wrote it */
export function* unpackMonitors(packed: Uint8Array): Generator<readonly [string, StoredMonitor]> {
  const data = inflateRawSync(packed);
  let at = 4 + data.readUInt32LE(0);
  const { version, monitors } = JSON.parse(data.subarray(4, at).toString()) as {
    version: number;
    monitors: [string, Omit<StoredMonitor, 'snapshot'>, number][];
  };
  if (version !== VERSION) {
    throw new HeedError(
      'not-supported',
      `monitors were written in version ${version}, this is ${VERSION}`,
      'They begin anew.',
    );
  }
  for (const [key, rest, size] of monitors) {
    yield [key, { ...rest, snapshot: data.subarray(at, at + size) }];
    at += size;
  }
}
