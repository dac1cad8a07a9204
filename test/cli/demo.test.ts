import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { collect, commandIn } from './command.js';

const { start } = commandIn();

function startDemo(...args: string[]) {
  const child = start(['demo', ...args]);
  const output = collect(child);
  const ended = once(child, 'close').then(([status]) => ({ status: status as number, ...output() }));
  return { child, ended, printed: () => output().stdout };
}

describe('heed demo', () => {
  test('prints the address of a page that answers, and ends in order on Ctrl+C', async () => {
    const { child, ended, printed } = startDemo('--port', '0');
    const failed = ended.then(({ stderr }) => {
      throw new Error(`it ended: ${stderr}`);
    });
    while (!/http\S+\n/.test(printed())) await Promise.race([once(child.stdout, 'data'), failed]);
    failed.catch(() => {});
    const address = /http\S+/.exec(printed())![0];
    expect(await fetch(address).then((response) => response.text())).toContain('<html');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });

  test('says in one line that a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, stdout, stderr } = await startDemo('--port', String(port)).ended;
    other.close();
    expect(stderr).toBe(
      `heed: port ${port} is taken: another program listens there. Choose another with --port, or 0 for any.\n`,
    );
    expect([status, stdout]).toEqual([1, '']);
  });
});
