import type { Redis } from 'ioredis';
import type { Keys, QueryKeys } from './keys.js';

/** What must happen as one: each looks first whether the caller still may. */
const scripts = {
  /**
   * The lease, for whoever is first; the number of the reign, or 0. A Redis that knows of none begins with the time of its
   * clock, so that no reign has the number of one before everything was lost.
   */
  heedLead: {
    numberOfKeys: 2,
    lua: `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return tonumber(redis.call('GET', KEYS[2]) or 0)
end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  local now = redis.call('TIME')
  redis.call('SET', KEYS[2], now[1] .. string.format('%03d', math.floor(now[2] / 1000)), 'NX')
  return redis.call('INCR', KEYS[2])
end
return 0`,
  },
  heedResign: {
    numberOfKeys: 1,
    lua: `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`,
  },
  heedBeat: {
    numberOfKeys: 1,
    lua: `
local now = redis.call('TIME')
redis.call('ZADD', KEYS[1], now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[2], ARGV[1])
return 1`,
  },
  /** Names of the processes that live, and of those that do not any more. */
  heedWorkers: {
    numberOfKeys: 1,
    lua: `
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. at)
return { redis.call('ZRANGEBYSCORE', KEYS[1], at, '+inf'), dead }`,
  },
  /** One batch at the end of a shard's log: its number; 0 where it is there already; -1 under another reign. */
  heedAppend: {
    numberOfKeys: 4,
    lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local last = redis.call('HGET', KEYS[3], ARGV[2])
if last and ARGV[4] == '0' and tonumber(last) >= tonumber(ARGV[3]) then return 0 end
local number = redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
redis.call('HSET', KEYS[4], number, ARGV[5])
if ARGV[6] == '0' then redis.call('HSET', KEYS[3], ARGV[2], ARGV[3]) end
return number`,
  },
  /**
   * What a batch has brought: 1; 0 where another process has the shard, or this is not the batch after the last one.
   * ARGV: shard, token, number, series, incidents written (n, id, text …), removed (n, id …), told (n, text …).
   */
  heedCommit: {
    numberOfKeys: 5,
    lua: `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0) ~= tonumber(ARGV[3]) - 1 then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
local at = 5
local count = tonumber(ARGV[at])
for i = 1, count do redis.call('HSET', KEYS[4], ARGV[at + 2 * i - 1], ARGV[at + 2 * i]) end
at = at + 2 * count + 1
count = tonumber(ARGV[at])
for i = 1, count do redis.call('HDEL', KEYS[4], ARGV[at + i]) end
at = at + count + 1
count = tonumber(ARGV[at])
for i = 1, count do redis.call('RPUSH', KEYS[5], ARGV[at + i]) end
return 1`,
  },
  /** A snapshot takes the place of the last one, and of the batches up to it: 1, or 0 as above. */
  heedSnapshot: {
    numberOfKeys: 4,
    lua: `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  redis.call('UNLINK', KEYS[4])
  return 0
end
local old = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('PERSIST', KEYS[4])
redis.call('HSET', KEYS[2], ARGV[1], KEYS[4])
if old and old ~= KEYS[4] then redis.call('UNLINK', old) end
for _, number in ipairs(redis.call('HKEYS', KEYS[3])) do
  if tonumber(number) <= tonumber(ARGV[3]) then redis.call('HDEL', KEYS[3], number) end
end
return 1`,
  },
  /** Its monitors are lost: the next round reads the history of the shard again. */
  heedReset: {
    numberOfKeys: 6,
    lua: `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
local head = redis.call('HGET', KEYS[3], ARGV[1]) or 0
redis.call('HSET', KEYS[2], ARGV[1], head)
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('HDEL', KEYS[5], ARGV[1])
redis.call('UNLINK', KEYS[6])
return tonumber(head)`,
  },
  /** Messages of outputs come and go, and as many changes have been taken from the outbox: 1, or 0 under another reign. */
  heedDeliver: {
    numberOfKeys: 3,
    lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('LTRIM', KEYS[2], ARGV[2], -1)
local count = tonumber(ARGV[3])
for i = 1, count do redis.call('HSET', KEYS[3], ARGV[2 + 2 * i], ARGV[3 + 2 * i]) end
for i = 4 + 2 * count, #ARGV do redis.call('HDEL', KEYS[3], ARGV[i]) end
return 1`,
  },
} as const;

type Command = (...args: (string | number | Buffer)[]) => Promise<unknown>;

/** The scripts, by what they are for. */
export class Scripts {
  private readonly commands: Record<keyof typeof scripts, Command>;

  constructor(
    redis: Redis,
    private readonly keys: Keys,
  ) {
    for (const [name, script] of Object.entries(scripts)) redis.defineCommand(name, script);
    this.commands = new Proxy({} as Record<keyof typeof scripts, Command>, {
      get:
        (_, name: string) =>
        (...args: Parameters<Command>) =>
          (redis as unknown as Record<string, Command>)[name]!(...args),
    });
  }

  async lead(id: string, milliseconds: number): Promise<number> {
    return (await this.commands.heedLead(this.keys.leader, this.keys.epoch, id, milliseconds)) as number;
  }

  async resign(id: string): Promise<void> {
    await this.commands.heedResign(this.keys.leader, id);
  }

  async beat(id: string, milliseconds: number): Promise<void> {
    await this.commands.heedBeat(this.keys.workers, id, milliseconds);
  }

  async workers(): Promise<readonly [alive: string[], dead: string[]]> {
    return (await this.commands.heedWorkers(this.keys.workers)) as [string[], string[]];
  }

  /**
   * @param isAside whether these are older points of a few series, which say nothing of how far the shard is
   * @returns the number of the batch; 0 where it was there; -1 under another reign
   */
  async append(
    query: QueryKeys,
    epoch: number,
    shard: number,
    until: number,
    { rewind, isAside }: { readonly rewind: boolean; readonly isAside: boolean },
    batch: Buffer,
  ): Promise<number> {
    return (await this.commands.heedAppend(
      ...[this.keys.epoch, query.head, query.times, query.log(shard)],
      ...[epoch, shard, until, rewind || isAside ? 1 : 0, batch, isAside ? 1 : 0],
    )) as number;
  }

  /** @returns false where another process has the shard */
  async commit(
    query: QueryKeys,
    { shard, token, position }: Holding,
    series: number,
    written: readonly (readonly [string, string])[],
    removed: readonly string[],
    told: readonly string[],
  ): Promise<boolean> {
    const { fence, done, sizes } = query;
    const answer = await this.commands.heedCommit(
      ...[fence, done, sizes, query.incidents(shard), this.keys.outbox],
      ...[shard, token, position, series],
      ...[written.length, ...written.flat(), removed.length, ...removed, told.length, ...told],
    );
    return answer === 1;
  }

  /** @returns false where another process has the shard */
  async snapshot(query: QueryKeys, { shard, token, position }: Holding, key: string): Promise<boolean> {
    const keys = [query.fence, query.snapshots, query.log(shard), key];
    return (await this.commands.heedSnapshot(...keys, shard, token, position)) === 1;
  }

  /** @returns the number of the batch to go on after */
  async reset(query: QueryKeys, { shard, token }: Omit<Holding, 'position'>): Promise<number> {
    const { fence, done, head, times, snapshots } = query;
    const keys = [fence, done, head, times, snapshots, query.log(shard)];
    return (await this.commands.heedReset(...keys, shard, token)) as number;
  }

  async deliver(
    epoch: number,
    taken: number,
    written: readonly (readonly [string, string])[],
    removed: readonly string[],
  ): Promise<boolean> {
    const { epoch: key, outbox, delivery } = this.keys;
    const answer = await this.commands.heedDeliver(
      ...[key, outbox, delivery, epoch, taken, written.length, ...written.flat(), ...removed],
    );
    return answer === 1;
  }
}

/** A shard as the process sees it that has it. */
export interface Holding {
  readonly shard: number;
  readonly token: string;
  /** Number of the newest batch that it has judged. */
  readonly position: number;
}
