/** Worker of `createNodePool`. */
import { parentPort } from 'node:worker_threads';
import { serveScores } from '../workers/serve.js';

serveScores({
  postMessage: (message) => parentPort!.postMessage(message),
  listen: (onMessage) => parentPort!.on('message', onMessage),
});
