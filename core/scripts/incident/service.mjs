/**
 * The monitored service: a small shop. `/items` reads from a (simulated) database, `/orders` also appends to an
 * order log on the service's own small disk and queues a job; a report runs every minute and rotates the log.
 * `/metrics` is exported with prom-client. Faults arrive from the recorder over the process channel.
 */
import { createHash } from 'node:crypto';
import { appendFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import client from 'prom-client';

const [port, diskDirectory, cycleSeconds] = [
  Number(process.argv[2]),
  process.argv[3],
  Number(process.argv[4]),
];
const databaseSeconds = 0.012;
/** Address it listens on; a container must be reached from others. */
const host = process.argv[5] ?? '127.0.0.1';
const requestWork = 12;
const queueWorkers = 4;
const jobSeconds = 0.03;
const orderBytes = 16_384;
const reportJobs = 400;

client.collectDefaultMetrics();
const requests = new client.Counter({
  name: 'http_requests_total',
  help: 'Requests answered',
  labelNames: ['route', 'code'],
});
const duration = new client.Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time to answer a request',
  labelNames: ['route'],
  buckets: [0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.16, 0.24, 0.5, 1, 2.5],
});
const inFlight = new client.Gauge({ name: 'http_requests_in_flight', help: 'Requests being answered' });
const queueLength = new client.Gauge({ name: 'job_queue_length', help: 'Jobs waiting' });
const jobs = new client.Counter({ name: 'jobs_done_total', help: 'Jobs finished' });

/** Faults at work, by kind. */
const faults = new Map();
const leaked = [];
let hogs = [];

process.on('message', ({ kind, settings }) => {
  if (settings) faults.set(kind, { ...settings, since: performance.now() });
  else faults.delete(kind);
  if (kind === 'cpu-hog') {
    for (const hog of hogs) void hog.terminate();
    hogs = Array.from(
      { length: settings?.threads ?? 0 },
      () => new Worker('for (;;) Math.random();', { eval: true }),
    );
  }
  if (kind === 'memory-leak' && !settings) {
    leaked.length = 0;
    globalThis.gc?.();
  }
});
process.on('disconnect', () => process.exit());

setInterval(() => {
  const leak = faults.get('memory-leak');
  if (leak) leaked.push(Buffer.alloc(leak.bytesPerSecond / 5, 1));
}, 200);

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** Waits as a database under a log-normal load would; throws when it refuses. */
async function askDatabase() {
  const slow = faults.get('latency');
  const share = slow?.rampSeconds
    ? Math.min(1, (performance.now() - slow.since) / 1000 / slow.rampSeconds)
    : 1;
  const extra = slow ? slow.delaySeconds * share * Math.exp(0.2 * normal()) : 0;
  await sleep(1000 * (databaseSeconds * Math.exp(0.3 * normal()) + extra));
  if (Math.random() < (faults.get('error-burst')?.ratio ?? 0.002)) throw new Error('refused');
}

function work(rounds) {
  let text = 'item';
  for (let i = 0; i < rounds * 40; i++) text = createHash('sha256').update(text).digest('hex');
  return text;
}

const queue = [];
let busyWorkers = 0;
function enqueue(job) {
  queue.push(job);
  queueLength.set(queue.length);
  if (busyWorkers < queueWorkers) void runJobs();
}
async function runJobs() {
  busyWorkers++;
  for (let job = queue.shift(); job; job = queue.shift()) {
    queueLength.set(queue.length);
    await sleep(1000 * jobSeconds * Math.exp(0.3 * normal()));
    work(job.rounds);
    jobs.inc();
  }
  busyWorkers--;
}

const orderLog = join(diskDirectory, 'orders.log');
async function answer(route) {
  await askDatabase();
  const body = work(requestWork);
  if (route === '/orders') {
    await appendFile(orderLog, body.padEnd(orderBytes, ' '));
    enqueue({ rounds: 10 });
  }
  return body;
}

/** The job of every minute: rotate the order log and compute a report. */
async function report() {
  await rename(orderLog, `${orderLog}.1`).catch(() => {});
  for (let i = 0; i < reportJobs; i++) enqueue({ rounds: 60 });
  await sleep(4000);
  await rm(`${orderLog}.1`, { force: true });
}
setInterval(() => void report(), (cycleSeconds / 3) * 1000);

const server = createServer(async (request, response) => {
  if (request.url === '/metrics') {
    response.setHeader('Content-Type', client.register.contentType);
    response.end(await client.register.metrics());
    return;
  }
  const route = request.url === '/orders' ? '/orders' : '/items';
  const stop = duration.startTimer({ route });
  inFlight.inc();
  let code = 200;
  let body;
  try {
    body = await answer(route);
  } catch {
    code = 500;
    body = 'failed';
  }
  response.writeHead(code).end(body);
  inFlight.dec();
  stop();
  requests.inc({ route, code });
});
server.listen(port, host, () => process.send?.('ready'));
