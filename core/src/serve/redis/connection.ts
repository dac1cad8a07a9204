import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import { HeedError } from '../../errors.js';
import type { Endpoint } from '../http.js';

/** A Redis that several machines share. */
export interface RedisConfig {
  /** `redis://HOST:PORT/DB`, or `rediss://` for TLS; without a password. */
  readonly url: string;
  readonly username: string | undefined;
  readonly password: (() => string) | undefined;
  readonly tls: Endpoint['tls'];
  /** Before the names of all keys: several fleets may share one Redis. */
  readonly prefix: string;
  /** Parts that a query's series are split into. */
  readonly shards: number;
}

/** Longest pause between attempts to reach a Redis that went away, ms. */
const LAST_RETRY = 2_000;

/** What ioredis and BullMQ connect with. The password is read now. */
export function redisOptions({ url, username, password, tls }: RedisConfig): RedisOptions {
  const { hostname, port, pathname, protocol } = new URL(url);
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    db: Number(pathname.slice(1) || 0),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password() }),
    ...(protocol === 'rediss:' || tls
      ? {
          tls: {
            ca: read(tls?.caFile),
            cert: read(tls?.certFile),
            key: read(tls?.keyFile),
            servername: tls?.serverName ?? hostname,
            rejectUnauthorized: !(tls?.insecure ?? false),
          },
        }
      : {}),
    lazyConnect: true,
    // A command waits for a Redis that is being restarted, however long that takes.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(LAST_RETRY, 50 * 2 ** Math.min(10, times)),
  };
}

/** Host, port and database: what may be printed. */
function shownRedis({ url }: RedisConfig): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname.replace(/^\/$/, '')}`;
}

/**
 * Connects, once Redis has answered; later it comes back by itself.
 * @throws HeedError source-unreachable, source-error where Redis refuses
 */
export async function connectRedis(config: RedisConfig): Promise<Redis> {
  const options = redisOptions(config);
  const probe = new Redis({ ...options, maxRetriesPerRequest: 0, retryStrategy: () => null });
  let cause = '';
  probe.on('error', (error: Error) => (cause = error.message || String(error)));
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    cause ||= (error as Error).message;
    const refused = /NOAUTH|WRONGPASS|NOPERM|invalid password|DB index/i.test(cause);
    throw new HeedError(
      refused ? 'source-error' : 'source-unreachable',
      `Redis at ${shownRedis(config)} ${refused ? 'refuses' : 'does not answer'}: ${cause}`,
      refused
        ? 'Give its password by redis.password_file, or in the environment as HEED_REDIS_PASSWORD.'
        : 'Start it, or correct the address.',
    );
  } finally {
    probe.disconnect();
  }
  const redis = new Redis(options);
  await redis.connect();
  return redis;
}
