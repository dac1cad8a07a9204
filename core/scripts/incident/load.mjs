/**
 * The clients of the monitored service: requests at random times (a Poisson process) whose rate follows a daily
 * rhythm pressed into some minutes, with a smaller second peak and a slowly wandering level.
 */
import http from 'node:http';

const [port, cycleSeconds] = [Number(process.argv[2]), Number(process.argv[3])];
const meanRate = Number(process.argv[4] ?? 60);
const ordersShare = 0.25;
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

let factor = 1;
let wander = 0;
process.on('message', ({ kind, settings }) => {
  if (kind === 'traffic-drop') factor = settings?.factor ?? 1;
});
process.on('disconnect', () => process.exit());

setInterval(() => {
  wander = 0.95 * wander + 0.012 * (Math.random() + Math.random() + Math.random() - 1.5);
}, 1000);

function rate(seconds) {
  const phase = (2 * Math.PI * seconds) / cycleSeconds;
  return (
    factor * meanRate * Math.max(0.05, 1 + 0.5 * Math.sin(phase) + 0.15 * Math.sin(2 * phase + 0.6) + wander)
  );
}

function ask() {
  const path = Math.random() < ordersShare ? '/orders' : '/items';
  const request = http.get({ host: '127.0.0.1', port, path, agent, timeout: 5000 }, (response) =>
    response.resume(),
  );
  request.on('timeout', () => request.destroy());
  request.on('error', () => {});
}

const begin = performance.now();
let due = begin;
setInterval(() => {
  const now = performance.now();
  while (due < now) {
    ask();
    due += (-Math.log(1 - Math.random()) / rate((due - begin) / 1000)) * 1000;
  }
}, 5);
process.send?.('ready');
