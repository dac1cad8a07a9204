#!/usr/bin/env node
/**
 * Heed's Jupyter kernel for TypeScript: the converter, executor and protocol server of tslab 1.0.22, put together
 * anew because stock tslab
 *  - loses the output (and the closing `idle`) of a cell that writes more than some 100 lines without awaiting:
 *    zeromq 6 rejects a send while one is pending;
 *  - sends no `error`, `execute_input` or `execute_result`, so that nbclient and JupyterLab show neither errors nor
 *    execution counts;
 *  - drops what is asked within 200 ms after an error, and dies of an interrupt during start-up.
 *
 * usage: kernel.cjs --config-path CONNECTION_FILE [--preload CODE] [--modules DIR]
 */
'use strict';
// From the first moment: an interrupt during start-up must not end the kernel.
let onInterrupt = () => {};
process.on('SIGINT', () => onInterrupt());

const { parseArgs, inspect, format } = require('node:util');
const path = require('node:path');
const { forwardModules, onFirstLoad } = require('./modules.cjs');
const { createConverters } = require('./convert.cjs');
const { mimeBundle } = require('./display.cjs');
const { StreamBuffer, queuedSocket } = require('./output.cjs');

const { values: args } = parseArgs({
  options: { 'config-path': { type: 'string' }, preload: { type: 'string' }, modules: { type: 'string' } },
});

// tslab has no `exports` map and is pinned to one version, so its parts can be reached.
const tslabFolder = path.dirname(require.resolve('tslab/package.json'));
const { createConverter } = require(path.join(tslabFolder, 'dist/converter.js'));
const { createExecutor } = require(path.join(tslabFolder, 'dist/executor.js'));
const jupyter = require(path.join(tslabFolder, 'dist/jupyter.js'));
const ts = require(require.resolve('@tslab/typescript-for-tslab', { paths: [tslabFolder] }));
forwardModules(ts, tslabFolder, args.modules);
// Its banner ("install our node backend") would stand in the first picture of every notebook.
onFirstLoad('@tensorflow/tfjs', (tf) => tf.env().set('PROD', true));

const realStderr = process.stderr.write.bind(process.stderr);

/** The cell being run: `publish(type, content)`, its error, its count, and the results still being drawn. */
let cell = null;

async function showResult(target, value) {
  const data = await mimeBundle(value, (error) => console.error(error));
  target?.publish('execute_result', { data, metadata: {}, execution_count: target.count });
}

/** What tslab's executor reports to: `log` gets the last expression, `error` diagnostics and what a cell threw. */
const cellConsole = {
  log: (value) => cell?.results.push(showResult(cell, value)),
  error: (...parts) => {
    const thrown = parts[0];
    const isDiagnostic = parts.length > 1;
    const isError =
      thrown instanceof Error ||
      (thrown && typeof thrown === 'object' && 'stack' in thrown && 'message' in thrown);
    const line = isDiagnostic
      ? format(...parts)
      : isError
        ? cleanStack(thrown)
        : `Uncaught ${inspect(thrown)}`;
    const report = isDiagnostic
      ? { ename: 'TypeScript', evalue: line, traceback: [line] }
      : {
          ename: isError ? thrown.name : 'Uncaught',
          evalue: isError ? String(thrown.message) : inspect(thrown),
          traceback: line.split('\n'),
        };
    if (!cell) realStderr(`${line}\n`);
    else if (cell.error && isDiagnostic) cell.error.traceback.push(line);
    else cell.error = report;
  },
};

/** Drops the frames of tslab and of node:vm below the user's own. */
function cleanStack(error) {
  // A HeedError says where and what to do; the frames inside the library would only hide that.
  if (error.name === 'HeedError') return `${error.name} [${error.code}]: ${error.message}`;
  const lines = String(error.stack ?? error).split('\n');
  const foreign = (line) =>
    line.includes('sigintHandlersWrap') || line.includes(`${path.sep}tslab${path.sep}dist${path.sep}`);
  const end = lines.findIndex(foreign);
  return (end > 0 ? lines.slice(0, end) : lines).join('\n').replaceAll('evalmachine.<anonymous>', 'cell');
}

class Server extends jupyter.ZmqServer {
  // ZmqServer.init() assigns these three; each gets a queue.
  set iopub(socket) {
    this.queuedIopub = queuedSocket(socket, realStderr);
  }
  get iopub() {
    return this.queuedIopub;
  }
  set shell(socket) {
    this.queuedShell = queuedSocket(socket, realStderr);
  }
  get shell() {
    return this.queuedShell;
  }
  set control(socket) {
    this.queuedControl = queuedSocket(socket, realStderr);
  }
  get control() {
    return this.queuedControl;
  }

  reply(request, type, content, socket) {
    const message = request.createReply();
    message.header.msg_type = type;
    message.content = content;
    message.signAndSend(this.connInfo.key, socket);
  }

  async handleExecute(socket, request) {
    const output = new StreamBuffer((name, text) =>
      this.reply(request, 'stream', { name, text }, this.iopub),
    );
    const current = {
      error: null,
      count: null,
      results: [],
      publish: (type, content) => {
        output.flush(); // what was printed before comes before
        this.reply(request, type, content, this.iopub);
      },
    };
    const content = await this.handler.handleExecute(
      request.content,
      (name, text) => output.write(name, text),
      (data, update) => current.publish(update ? 'update_display_data' : 'display_data', data),
      (count) => {
        cell = current;
        current.count = count;
        current.publish('execute_input', { code: request.content.code, execution_count: count });
      },
    );
    await Promise.all(current.results);
    output.flush();
    if (content.status === 'error') {
      const error = current.error ?? { ename: 'Error', evalue: 'unknown', traceback: [] };
      this.reply(request, 'error', error, this.iopub);
      Object.assign(content, error);
    } else if (content.status === 'abort') content.status = 'aborted';
    else Object.assign(content, { user_expressions: {}, payload: [] });
    this.reply(request, 'execute_reply', content, socket);
  }

  close() {
    super.close();
    // Timers of the user's cells must not keep the kernel alive.
    setTimeout(() => process.exit(0), 200);
  }
}

class Handler extends jupyter.JupyterHandlerImpl {
  constructor(...rest) {
    super(...rest);
    // tslab drops every request of the 200 ms after an error. Below, only what was queued behind it is dropped.
    this.execQueue.reset = () => {};
  }

  async handleExecute(request, writeStream, display, begin) {
    request.heedBegin = begin; // called when this request's turn comes
    const result = await super.handleExecute(request, writeStream, display);
    if (result.status === 'error') {
      const goOn = () => {
        this.execQueue.prev = Promise.resolve();
      };
      if (request.stop_on_error === false) goOn();
      else setTimeout(goOn, 50);
    }
    return result;
  }

  async handleExecuteImpl(request, writeStream, display) {
    request.heedBegin?.(this.execCount + 1);
    return super.handleExecuteImpl(request, writeStream, display);
  }
}

/**
 * tslab's executor, which compiles and runs a cell in one go: an interrupt that comes while it compiles is seen by
 * nobody, for a signal reaches JavaScript only between two turns of the event loop, and the cell's own turn may
 * never end. Here signals get a turn in between.
 */
function interruptible(executor, converters) {
  let interrupts = 0;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...executor,
    interrupt() {
      interrupts++;
      executor.interrupt();
    },
    async execute(source) {
      const before = interrupts;
      const { done, compiled } = await converters.ahead(() => executor.execute(source));
      if (!compiled) return done;
      // Two: signals are looked at between the immediates of one turn and those of the next.
      await turn();
      await turn();
      if (interrupts === before) return executor.execute(source);
      cellConsole.error(new Error('interrupted before it ran'));
      return false;
    },
  };
}

async function main() {
  const converters = createConverters(createConverter, ts);
  const executor = interruptible(createExecutor(process.cwd(), converters, cellConsole), converters);
  if (args.preload && !(await executor.execute(args.preload))) realStderr('the preload failed\n');
  const server = new Server(new Handler(executor, false), args['config-path']);
  onInterrupt = () => executor.interrupt();
  process.on('uncaughtException', (error) => console.error('Uncaught (async):', error));
  process.on('unhandledRejection', (error) => console.error('Unhandled rejection:', error));
  await server.init();
}

void main();
