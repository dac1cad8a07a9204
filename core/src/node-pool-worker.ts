/** Worker of `createNodePool`. */
import { parentPort } from 'node:worker_threads';
import { serveScores } from './pool/serve.js';

serveScores({
  postMessage: (message, transfer) => parentPort!.postMessage(message, transfer),
  listen: (onMessage) => parentPort!.on('message', onMessage),
});
