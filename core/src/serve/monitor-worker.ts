/** Worker of `heed serve`: holds some of the monitors. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveTasks } from '../workers/protocol.js';
import { MonitorHost, type HostTask } from './monitor-host.js';
import { openStore } from './store.js';

const { state } = workerData as { readonly state: string | undefined };
const host = new MonitorHost(state === undefined ? undefined : openStore(state));
/** Advancing is one step after another, whatever waits. */
let last: Promise<unknown> = Promise.resolve();

serveTasks(
  {
    postMessage: (message) => parentPort!.postMessage(message),
    listen: (onMessage) => parentPort!.on('message', onMessage),
  },
  (task: HostTask) => {
    const result = last.then(() => host.run(task));
    last = result.catch(() => {});
    return result;
  },
);
