import type { Command } from 'commander';
import { HeedError } from '../errors.js';
import { portNumber, urlText } from './values.js';

/** What the demo host of the plugin exports; it depends on core, so core cannot import its types. */
interface DemoServer {
  startDemo(options: {
    port?: number;
    prometheus?: string;
    quiet?: boolean;
  }): Promise<{ url: string; hints: readonly string[]; close(): unknown }>;
}

/** `heed demo`: a dashboard with the plugin on recorded data, without Grafana. */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('show the Grafana plugin on a demo dashboard in your browser (no Grafana needed)')
    .option('--port <port>', 'port to listen on; default: 3700, or the next free one', portNumber)
    .option(
      '--prometheus <url>',
      'add this Prometheus as a data source of the demo, and a dashboard on it',
      urlText,
    )
    .addHelpText(
      'after',
      `
Examples:
  heed demo
  heed demo --port 8080
  heed demo --prometheus http://localhost:9090`,
    )
    .action(async (options: { port?: number; prometheus?: string }) => {
      const demo = await loadDemo();
      const running = await demo.startDemo({ ...options, quiet: true }).catch((cause: unknown) => {
        throw startError(cause, options.port);
      });
      const lines = [`Demo dashboard: ${running.url}`, ...running.hints, 'Ctrl+C stops it.'];
      process.stdout.write(`${lines.join('\n')}\n`);
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      });
      await running.close();
    });
}

/** Why the demo did not start, as a HeedError where it is known. */
function startError(cause: unknown, port: number | undefined): unknown {
  const { code, name, message } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    const what =
      port === undefined
        ? 'no port from 3700 on is free'
        : `port ${port} is taken: another program listens there`;
    return new HeedError('port-taken', what, 'Choose another with --port, or 0 for any.', undefined, cause);
  }
  // A plain error is the demo's own refusal, that something it shows is not built.
  if (code !== undefined || name !== 'Error') return cause;
  const what = `the demo cannot start: ${message.split(';')[0]!}`;
  return new HeedError('tool-missing', what, `${builtBy} there.`, undefined, cause);
}

const builtBy =
  'It is part of the repository: run `npm install && npm run build && npm run build -w grafana-plugin`';

async function loadDemo(): Promise<DemoServer> {
  const name = '@heed/grafana-plugin/demo/server.mjs';
  try {
    return (await import(name)) as DemoServer;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (!['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes(code)) throw cause;
    throw new HeedError(
      'tool-missing',
      'the demo dashboard is not installed or not built here',
      `${builtBy} there.`,
      undefined,
      cause,
    );
  }
}
