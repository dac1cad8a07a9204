import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { checkConfig } from '../config.js';
import { createLog } from '../log.js';
import { makeSources } from '../running.js';
import { makeKeys } from './keys.js';
import { Leader } from './leader.js';
import type { Scripts } from './scripts.js';

test('a process that is stopped while it takes the lead ends, and gives the lead back', async () => {
  const config = checkConfig({
    sources: { main: { url: 'http://127.0.0.1:9' } },
    queries: [{ name: 'load', expr: 'load' }],
    redis: { url: 'redis://127.0.0.1:9', shards: 2 },
  });
  const keys = makeKeys('heed');
  let ask = (): void => {};
  let answer = (): void => {};
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const answered = new Promise<object>((resolve) => (answer = () => resolve({})));
  // It has nothing, and takes its time to say so to a new leader.
  const redis = {
    hgetall: (key: string) => (key === keys.delivery ? (ask(), answered) : Promise.resolve({})),
    hkeys: () => Promise.resolve([]),
    hvals: () => Promise.resolve([]),
    lrange: () => Promise.resolve([]),
  } as unknown as Redis;
  let looks = 0;
  const resigned: string[] = [];
  const scripts = {
    // Another process leads at first, and ends.
    lead: () => Promise.resolve(looks++ === 0 ? 0 : 7),
    resign: (id: string) => Promise.resolve(void resigned.push(id)),
    workers: () => Promise.resolve([[], []]),
    deliver: () => Promise.resolve(true),
  } as unknown as Scripts;
  const leader = new Leader({
    ...{ id: 'one', redis, scripts, keys, config },
    sources: makeSources(config),
    log: createLog('json', () => {}),
    now: Date.now,
  });
  await leader.start();
  leader.read();
  await asked;
  const closed = leader.close();
  answer();
  await closed;
  expect(resigned).toEqual(['one']);
  expect(leader.leads).toBe(false);
});
