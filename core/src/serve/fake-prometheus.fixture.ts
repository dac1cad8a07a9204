import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** At a time in seconds: a number, text that stands in the answer as it is, or undefined for no sample. */
  readonly value: (seconds: number) => number | string | undefined;
}

export interface FakeRequest {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** A Prometheus on loopback whose answers a test decides. */
export class FakePrometheus {
  series: readonly FakeSeries[] = [];
  readonly requests: FakeRequest[] = [];
  /** Takes an answer over; returns true where it did. */
  instead: ((request: FakeRequest, response: ServerResponse) => boolean) | undefined;
  private server: Server | undefined;
  url = '';

  async start(port = 0): Promise<string> {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const [path = '', search] = (request.url ?? '').split('?');
        const asked = {
          path,
          form: new URLSearchParams(request.method === 'POST' ? body : search),
          headers: request.headers,
        };
        this.requests.push(asked);
        if (!this.instead?.(asked, response)) this.give(asked, response);
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this.url;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
    this.server = undefined;
  }

  /** What it answers by itself. */
  give(asked: FakeRequest, response: ServerResponse): void {
    reply(response, 200, this.answer(asked));
  }

  private answer({ path, form }: FakeRequest): unknown {
    const isInstant = path.endsWith('/query');
    const [time, start, end, step] = ['time', 'start', 'end', 'step'].map((name) => Number(form.get(name)));
    const times = isInstant
      ? [time!]
      : Array.from({ length: Math.floor((end! - start!) / step! + 1e-6) + 1 }, (_, i) => start! + i * step!);
    const result = this.series.flatMap(({ labels, value }) => {
      const samples = times.flatMap((at) => {
        const number = value(at);
        return number === undefined ? [] : [[at, String(number)]];
      });
      if (samples.length === 0) return [];
      return [{ metric: labels, ...(isInstant ? { value: samples[0] } : { values: samples }) }];
    });
    return { status: 'success', data: { resultType: isInstant ? 'vector' : 'matrix', result } };
  }
}

export function reply(response: ServerResponse, status: number, value: unknown): boolean {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  return true;
}

/** The same number for the same place, between 0 and 1. */
export function noise(at: number): number {
  const x = Math.sin(at * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
}
