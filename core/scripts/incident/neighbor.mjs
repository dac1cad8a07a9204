/**
 * Another tenant of the host, monitored like the service: a batch process that does a little every ten seconds and,
 * while the fault is on, takes whole cores and writes to the disk without pause.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import client from 'prom-client';

const [port, directory] = [Number(process.argv[2]), process.argv[3]];
const writesPerSecond = 4;
/** The file is written over and over, so that it never grows beyond this. */
const largestFile = 32e6;

client.collectDefaultMetrics();
const written = new client.Counter({
  name: 'batch_written_bytes_total',
  help: 'Bytes written and flushed to disk',
});

let hogs = [];
let fault;
process.on('message', (message) => {
  if (message.kind !== 'noisy-neighbor') return;
  fault = message.settings;
  for (const hog of hogs) void hog.terminate();
  hogs = Array.from(
    { length: fault?.threads ?? 0 },
    () => new Worker('for (;;) Math.random();', { eval: true }),
  );
});
process.on('disconnect', () => process.exit());

const file = await open(join(directory, 'batch.tmp'), 'w');
let position = 0;
async function write(bytes) {
  await file.write(Buffer.alloc(bytes, 1), 0, bytes, position);
  await file.datasync();
  written.inc(bytes);
  position = position + bytes > largestFile ? 0 : position + bytes;
}
void (async () => {
  for (;;) {
    await sleep(1000 / writesPerSecond);
    if (fault) await write(Math.round(fault.writeBytesPerSecond / writesPerSecond));
  }
})();
setInterval(async () => {
  let text = '';
  for (let i = 0; i < 20_000; i++) text = createHash('sha256').update(text).digest('hex');
  await write(200_000 + Math.round(100_000 * Math.random()));
}, 10_000);

createServer(async (_request, response) => {
  response.setHeader('Content-Type', client.register.contentType);
  response.end(await client.register.metrics());
}).listen(port, '127.0.0.1', () => process.send?.('ready'));
