import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Subscriber } from 'zeromq';
import { NotebookError } from './errors.js';
import type { Output } from './nbformat.js';
import { Wire, type Message } from './wire.js';

type Channel = 'shell' | 'control' | 'iopub';

/** How a cell ended. */
export interface CellRun {
  /** `died` when the kernel's process ended, `timeout` when the cell outlasted its limit. */
  readonly status: 'ok' | 'error' | 'aborted' | 'timeout' | 'died';
  readonly outputs: Output[];
  readonly executionCount: number | null;
  readonly milliseconds: number;
}

export interface KernelOptions {
  /** Folder the kernel runs in: the notebook's. */
  readonly folder: string;
  /** The kernel's command line; `{connection_file}` is replaced. */
  readonly command: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** How long the kernel may take to answer for the first time; default 120,000 ms. */
  readonly startTimeout?: number;
}

export interface ExecuteOptions {
  /** Interrupts the cell after this many ms; default 120,000. */
  readonly timeout?: number;
  /** Outputs by display id, over the cells of one notebook: `update_display_data` changes them in place. */
  readonly displays?: Map<string, Output[]>;
  /** False: cells queued behind a failing one still run. */
  readonly stopOnError?: boolean;
}

/** A kernel of our own, started and driven without Python. */
export class KernelClient {
  private readonly key = randomBytes(16).toString('hex');
  private readonly wire = new Wire(this.key);
  private readonly folder = mkdtempSync(join(tmpdir(), 'heed-kernel-'));
  private readonly shell = new Dealer({ linger: 0 });
  private readonly control = new Dealer({ linger: 0 });
  /** No high-water mark: a busy cell must not lose output on our side. */
  private readonly iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  private readonly listeners = new Set<(channel: Channel, message: Message) => void>();
  private readonly log: string[] = [];
  private process!: ChildProcess;
  private exited!: Promise<string>;

  private constructor() {}

  /** @throws NotebookError when the kernel does not come up in time, with what it printed */
  static async start(options: KernelOptions): Promise<KernelClient> {
    const client = new KernelClient();
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = await freePorts(5);
    const connection = join(client.folder, 'connection.json');
    const content = {
      transport: 'tcp',
      ip: '127.0.0.1',
      shell_port,
      iopub_port,
      stdin_port,
      control_port,
      hb_port,
      key: client.key,
      signature_scheme: 'hmac-sha256',
      kernel_name: 'heed',
    };
    writeFileSync(connection, JSON.stringify(content), { mode: 0o600 });
    const command = options.command.map((part) => part.replace('{connection_file}', connection));
    client.process = spawn(command[0]!, command.slice(1), {
      cwd: options.folder,
      env: options.environment ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [client.process.stdout!, client.process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => client.log.push(text));
    }
    client.exited = new Promise((resolve) => {
      client.process.once('error', (error) => resolve(String(error)));
      client.process.once('exit', (code, signal) => resolve(signal ?? `exit status ${code}`));
    });
    client.shell.connect(`tcp://127.0.0.1:${shell_port}`);
    client.control.connect(`tcp://127.0.0.1:${control_port}`);
    client.iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
    client.iopub.subscribe();
    void client.pump('shell', client.shell);
    void client.pump('control', client.control);
    void client.pump('iopub', client.iopub);
    try {
      await client.ready(options.startTimeout ?? 120_000);
    } catch (error) {
      await client.close(0);
      throw error;
    }
    return client;
  }

  /** What the kernel's process itself printed, at most the last 2,000 characters. */
  get printed(): string {
    return this.log.join('').slice(-2000);
  }

  /** Runs one cell and collects its outputs as Jupyter front ends do. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<CellRun> {
    const { timeout = 120_000, displays = new Map<string, Output[]>(), stopOnError = true } = options;
    const collector = new OutputCollector(displays);
    const started = performance.now();
    let id = '';
    let reply: { status: 'ok' | 'error' | 'aborted'; execution_count?: number } | undefined;
    let idle = false;
    let finish!: (how: 'done') => void;
    const finished = new Promise<'done'>((resolve) => (finish = resolve));
    // Replies can arrive while `send` still waits, before we know the id they answer to.
    const early: [Channel, Message][] = [];
    const listener = (channel: Channel, message: Message) => {
      if (id === '') {
        early.push([channel, message]);
        return;
      }
      if (message.parent_header.msg_id !== id) return;
      if (channel === 'shell' && message.header.msg_type === 'execute_reply') reply = message.content;
      else if (channel === 'iopub' && message.header.msg_type === 'status') {
        idle ||= message.content.execution_state === 'idle';
      } else if (channel === 'iopub') collector.take(message);
      if (reply && idle) finish('done');
    };
    this.listeners.add(listener);
    id = await this.wire.send(this.shell, 'execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: stopOnError,
    });
    for (const [channel, message] of early) listener(channel, message);
    const how = await withTimeout([finished, this.exited.then(() => 'died' as const)], timeout);
    if (how === 'timeout') {
      // Give the interrupt a moment to show as this cell's error.
      this.interrupt();
      await withTimeout([finished, this.exited], 2000);
    }
    this.listeners.delete(listener);
    return {
      status: how === 'done' ? reply!.status : how,
      outputs: collector.outputs,
      executionCount: reply?.execution_count ?? null,
      milliseconds: performance.now() - started,
    };
  }

  interrupt(): void {
    this.process.kill('SIGINT');
  }

  /** Ends the kernel; kills it when it has not gone after `grace` ms. */
  async close(grace = 2000): Promise<void> {
    if (this.process.exitCode === null && grace > 0) {
      await this.wire.send(this.control, 'shutdown_request', { restart: false }).catch(() => undefined);
    }
    const timer = setTimeout(() => this.process.kill('SIGKILL'), grace);
    await this.exited;
    clearTimeout(timer);
    for (const socket of [this.shell, this.control, this.iopub]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async pump(channel: Channel, socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const message = this.wire.read(frames);
      if (message) for (const listener of [...this.listeners]) listener(channel, message);
    }
  }

  /** Ready = a kernel_info_reply AND an iopub message: a fresh subscriber misses what came before it joined. */
  private async ready(timeout: number): Promise<void> {
    const seen = new Set<Channel>();
    let finish!: (how: 'ready') => void;
    const both = new Promise<'ready'>((resolve) => (finish = resolve));
    const listener = (channel: Channel) => {
      seen.add(channel);
      if (seen.has('shell') && seen.has('iopub')) finish('ready');
    };
    this.listeners.add(listener);
    const asking = setInterval(() => void this.wire.send(this.shell, 'kernel_info_request', {}), 250);
    const how = await withTimeout([both, this.exited], timeout);
    clearInterval(asking);
    this.listeners.delete(listener);
    if (how !== 'ready') {
      throw new NotebookError(`the kernel did not start (${how}). It printed: ${this.printed || 'nothing'}`);
    }
  }
}

/** Turns a cell's iopub messages into nbformat outputs. */
class OutputCollector {
  readonly outputs: Output[] = [];
  private clearNext = false;

  constructor(private readonly displays: Map<string, Output[]>) {}

  take({ header, content }: Message): void {
    switch (header.msg_type) {
      case 'stream':
        this.put({ output_type: 'stream', name: content.name, text: content.text });
        break;
      case 'display_data':
        this.put(
          { output_type: 'display_data', data: content.data, metadata: content.metadata ?? {} },
          content.transient?.display_id,
        );
        break;
      case 'execute_result':
        this.put({
          output_type: 'execute_result',
          data: content.data,
          metadata: content.metadata ?? {},
          execution_count: content.execution_count,
        });
        break;
      case 'update_display_data':
        for (const output of this.displays.get(content.transient?.display_id) ?? []) {
          Object.assign(output, { data: content.data, metadata: content.metadata ?? {} });
        }
        break;
      case 'error':
        this.put({
          output_type: 'error',
          ename: content.ename,
          evalue: content.evalue,
          traceback: content.traceback,
        });
        break;
      case 'clear_output':
        if (content.wait) this.clearNext = true;
        else this.outputs.length = 0;
        break;
    }
  }

  private put(output: Output, displayId?: string): void {
    if (this.clearNext) {
      this.outputs.length = 0;
      this.clearNext = false;
    }
    const last = this.outputs.at(-1);
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name) {
      last.text = `${last.text as string}${output.text as string}`;
      return;
    }
    this.outputs.push(output);
    if (displayId) this.displays.set(displayId, [...(this.displays.get(displayId) ?? []), output]);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function withTimeout<T>(promises: readonly Promise<T>[], milliseconds: number): Promise<T | 'timeout'> {
  let timer!: NodeJS.Timeout;
  const late = new Promise<'timeout'>(
    (resolve) => (timer = setTimeout(() => resolve('timeout'), milliseconds)),
  );
  try {
    return await Promise.race([...promises, late]);
  } finally {
    clearTimeout(timer);
  }
}
