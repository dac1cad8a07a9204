import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodeWorkerPool } from './pool.js';

let folder: string;
let script: URL;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heed-pool-'));
  const path = join(folder, 'worker.mjs');
  writeFileSync(
    path,
    `import { parentPort, threadId } from 'node:worker_threads';
parentPort.on('message', ({ id, task }) => {
  if (task === 'die') process.exit(3);
  if (task === 'hang') return;
  if (task === 'refuse') parentPort.postMessage({ id, error: { code: 'bad-option', message: 'no' } });
  else setTimeout(() => parentPort.postMessage({ id, result: { task, threadId } }), 5);
});`,
  );
  script = pathToFileURL(path);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('NodeWorkerPool', () => {
  it('runs tasks on at most `size` workers', async () => {
    const pool = new NodeWorkerPool<number, { task: number; threadId: number }>(script, 2);
    const results = await Promise.all([1, 2, 3, 4, 5].map(async (task) => (await pool.run(task)).result));
    expect(results.map(({ task }) => task)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(results.map(({ threadId }) => threadId)).size).toBe(2);
    await pool.close();
  });

  it('passes errors on with their code, and outlives a worker that dies', async () => {
    const pool = new NodeWorkerPool<string, unknown>(script, 1);
    await expect(pool.run('refuse')).rejects.toMatchObject({
      name: 'HeedError',
      code: 'bad-option',
      message: 'no',
    });
    await expect(pool.run('die')).rejects.toMatchObject({ code: 'internal' });
    await expect(pool.run('fine')).resolves.toMatchObject({ result: { task: 'fine' } });
    await pool.close();
  });

  it('cancels running and waiting tasks when closed', async () => {
    const pool = new NodeWorkerPool<string, unknown>(script, 1);
    const running = pool.run('hang');
    const waiting = pool.run('fine');
    const closed = Promise.all([
      expect(running).rejects.toMatchObject({ code: 'cancelled' }),
      expect(waiting).rejects.toMatchObject({ code: 'cancelled' }),
    ]);
    await pool.close();
    await closed;
    await expect(pool.run('late')).rejects.toMatchObject({ code: 'cancelled' });
  });
});
