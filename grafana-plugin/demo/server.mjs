// Serves the demo host, the built plugin (every plugin.json at its own id, as Grafana does) and the recorded incident.
import { execFile } from 'node:child_process';
import { createReadStream, existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal, checkProxied, checkSender, decodedPath, fileInside, jsonOf } from './guard.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

const contentTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.csv': 'text/csv; charset=utf-8',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

/** Dashboards the demo keeps. */
const mostSaved = 100;

/** Grafana's documented default policy, and one that refuses blob workers. */
const policies = {
  default: (port) =>
    `script-src 'self' 'unsafe-eval' 'unsafe-inline' 'strict-dynamic' 'nonce-demo';object-src 'none';font-src 'self' data:;style-src 'self' 'unsafe-inline' blob:;img-src * data:;base-uri 'self';connect-src 'self' ws://localhost:${port}/;manifest-src 'self';media-src 'none';form-action 'self';`,
  strict: () =>
    `script-src 'self' 'unsafe-eval' 'nonce-demo'; worker-src 'none'; object-src 'none'; style-src 'self' 'unsafe-inline'`,
};

/**
 * Starts the demo.
 * @param {object} [options]
 * @param {number} [options.port] 0 takes a free one; default 3700, or the next free one
 * @param {string} [options.prometheus] address of a Prometheus to offer as a data source, with a dashboard on it
 * @param {boolean} [options.open] opens the browser
 * @param {'default'|'strict'|'none'} [options.policy] content security policy, for tests
 * @param {string} [options.host] folder of the built host page
 * @param {string} [options.plugin] folder of the built plugin
 * @param {boolean} [options.quiet] does not print what there is to see
 * @returns {Promise<{url: string, hints: string[], close: () => Promise<void>}>} `hints`: lines on what to look at
 */
export async function startDemo({
  port,
  prometheus,
  open = false,
  policy = 'none',
  host = join(here, 'dist'),
  plugin = join(here, '../dist'),
  quiet = false,
} = {}) {
  for (const [folder, what] of [
    [host, 'demo'],
    [plugin, 'plugin'],
  ]) {
    if (!existsSync(folder))
      throw new Error(`the ${what} is not built; run "npm run build -w grafana-plugin" first`);
  }
  const source = prometheus === undefined ? undefined : prometheusAt(prometheus);
  const mounts = pluginMounts(plugin);
  const icons = join(dirname(require.resolve('@grafana/ui/package.json')), 'dist/public/img');
  const settings = new Map();
  /** Dashboards saved through the API, until the demo ends. */
  const saved = new Map();

  const server = http.createServer((request, response) => {
    handle(request, response).catch((error) => {
      const status = error instanceof Refusal ? error.status : 500;
      if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: error.message }));
      request.resume();
    });
  });

  async function handle(request, response) {
    response.setHeader('x-content-type-options', 'nosniff');
    checkSender(request);
    // An address such as //elsewhere/ would name another host.
    const url = new URL(`http://demo${request.url.startsWith('/') ? request.url : '/'}`);
    const path = decodedPath(url);
    if (path.startsWith('/api/')) return api(request, response, path, url);
    const mount = /^\/public\/plugins\/([^/]+)\/(.*)$/.exec(path);
    if (mount) return sendFile(response, mounts.get(mount[1]), mount[2]);
    if (path.startsWith('/public/build/img/')) {
      const name = path.slice('/public/build/img/'.length);
      // The packages carry two thirds of Grafana's icons: of some only the mirror image, and the rest stay empty.
      if (!fileInside(icons, name) && name.endsWith('.svg')) {
        response.writeHead(200, { 'content-type': contentTypes['.svg'] });
        return response.end(mirrored(fileInside(icons, name.replace('-left', '-right'))) ?? emptyIcon);
      }
      return sendFile(response, icons, name);
    }
    // Grafana's fonts are not on npm; the browser's own do.
    if (path.startsWith('/public/')) return sendFile(response, undefined, path);
    if (path.startsWith('/assets/') || path === '/boot.js') return sendFile(response, host, path.slice(1));
    if (path === '/favicon.ico') return sendFile(response, plugin, 'img/logo.svg');
    // Everything else is a page of the host, which routes by itself.
    const headers = { 'content-type': contentTypes['.html'], 'cache-control': 'no-store' };
    if (policy !== 'none') headers['content-security-policy'] = policies[policy](server.address().port);
    response.writeHead(200, headers);
    response.end(
      readFileSync(join(host, 'index.html'), 'utf8').replaceAll('<script ', '<script nonce="demo" '),
    );
  }

  async function api(request, response, path, url) {
    const json = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    if (path === '/api/demo') return json(200, { prometheus: source?.name ?? null });
    if (path === '/api/incident.csv' || path === '/api/incident.json') {
      return sendFile(response, join(here, '../../core/data'), path.slice('/api/'.length));
    }
    if (path.startsWith('/api/prometheus/') && source) {
      const asked = path.slice('/api/prometheus'.length);
      checkProxied(request.method, asked);
      return proxy(response, asked + url.search);
    }
    if (path === '/api/dashboards/db' && request.method === 'POST') {
      const { dashboard } = await jsonOf(request);
      if (saved.size >= mostSaved) throw new Refusal(507, `the demo keeps ${mostSaved} dashboards at most`);
      const uid = `saved-${saved.size + 1}`;
      saved.set(uid, { ...dashboard, uid });
      return json(200, { uid, url: `/d/${uid}`, status: 'success' });
    }
    const wanted = /^\/api\/dashboards\/uid\/([^/]+)$/.exec(path);
    if (wanted && saved.has(wanted[1])) return json(200, { dashboard: saved.get(wanted[1]) });
    const app = /^\/api\/plugins\/([^/]+)\/settings$/.exec(path);
    if (app && mounts.has(app[1])) {
      if (request.method === 'POST') settings.set(app[1], await jsonOf(request));
      const { secureJsonData, ...rest } = settings.get(app[1]) ?? {
        enabled: true,
        pinned: true,
        jsonData: {},
      };
      const isSet = Object.entries(secureJsonData ?? {}).map(([name, value]) => [name, value !== '']);
      return json(200, { ...rest, secureJsonFields: Object.fromEntries(isSet) });
    }
    const served = /^\/api\/plugin-proxy\/([^/]+)\/serve(\/api\/incidents)$/.exec(path);
    if (served && mounts.has(served[1])) return proxyServe(response, settings.get(served[1]), served[2]);
    return json(404, { message: `the demo knows no ${path}` });
  }

  /** As Grafana's plugin proxy: the address and the password are those of the app's settings. */
  async function proxyServe(response, { jsonData, secureJsonData } = {}, path) {
    let answer;
    try {
      answer = await fetch(jsonData.serveUrl + path, {
        headers: { authorization: secureJsonData?.serveAuthorization ?? '' },
        signal: AbortSignal.timeout(10_000),
      });
    } catch (error) {
      const { code, message } = error.cause ?? error;
      response.writeHead(502, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ message: `Bad Gateway (${code ?? message})` }));
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }

  async function proxy(response, path) {
    let answer;
    try {
      answer = await source.get(path, 30_000);
    } catch (error) {
      response.writeHead(502, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ message: error.message }));
    }
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }

  const chosen = await listen(server, port);
  const url = `http://localhost:${chosen}/`;
  const hints = [
    'A recorded incident, replayed up to now: shaded stretches are anomalies; click one, or "Why", for the reason.',
    'The other tabs: many hosts, alone and against each other; one system of four measures; a map of services.',
    ...(source ? [await describePrometheus(source, url)] : []),
  ];
  if (!quiet) for (const line of hints) console.log(line);
  if (open) openBrowser(url);
  return {
    url,
    hints,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const emptyIcon = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>';

/** An icon of 24 by 24 turned left for right, where there is one. */
function mirrored(file) {
  if (file === undefined) return undefined;
  return readFileSync(file, 'utf8').replace(
    /(<svg[^>]*>)([\s\S]*)(<\/svg>)/,
    '$1<g transform="matrix(-1 0 0 1 24 0)">$2</g>$3',
  );
}

/** A Prometheus by its address, which may have a path, and a user and password. */
function prometheusAt(address) {
  let base;
  try {
    base = new URL(address);
  } catch {
    base = undefined;
  }
  if (!base || !/^https?:$/.test(base.protocol))
    throw new Error(`"${address}" is no address of a Prometheus; give one such as http://localhost:9090`);
  const { username, password } = base;
  base.username = base.password = '';
  const name = base.href.replace(/\/$/, '');
  const headers = username
    ? {
        authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      }
    : {};
  return {
    name,
    async get(path, timeout) {
      try {
        return await fetch(name + path, { headers, signal: AbortSignal.timeout(timeout) });
      } catch (error) {
        // Of a name with several addresses each has its own failure, and together they have no message.
        const { message, code } = error.cause ?? error;
        throw new Error(`Prometheus at ${name} did not answer: ${message || code || error.message}`, {
          cause: error,
        });
      }
    },
  };
}

/** What to expect of the Prometheus dashboard, for the terminal. */
async function describePrometheus(source, url) {
  const dashboard = `${url}d/prometheus`;
  try {
    const answer = await source.get('/api/v1/query?query=up', 3000);
    if (!answer.ok)
      return `Prometheus at ${source.name} answered ${answer.status}; its dashboard is ${dashboard}`;
    const { data } = await answer.json();
    return `Prometheus at ${source.name} watches ${data.result.length} targets; its dashboard is ${dashboard}`;
  } catch (error) {
    const why =
      error instanceof SyntaxError ? `What answers at ${source.name} is no Prometheus` : error.message;
    return `${why}. ${dashboard} fills when it does.`;
  }
}

function pluginMounts(folder, mounts = new Map()) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) pluginMounts(join(folder, entry.name), mounts);
    else if (entry.name === 'plugin.json') {
      mounts.set(JSON.parse(readFileSync(join(folder, entry.name), 'utf8')).id, folder);
    }
  }
  return mounts;
}

function sendFile(response, folder, name) {
  const file = fileInside(folder, name);
  if (!file) {
    response.writeHead(404, { 'content-type': 'text/plain' });
    return response.end('not found');
  }
  response.writeHead(200, {
    'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
  });
  createReadStream(file).pipe(response);
}

/** Without a wish, the first free port from 3700 on. */
function listen(server, port) {
  const first = port ?? 3700;
  return new Promise((resolve, reject) => {
    const attempt = (candidate) => {
      server.once('error', (error) => {
        if (error.code === 'EADDRINUSE' && port === undefined && candidate < first + 20)
          attempt(candidate + 1);
        else reject(error);
      });
      server.listen(candidate, '127.0.0.1', () => resolve(server.address().port));
    };
    attempt(first);
  });
}

function openBrowser(url) {
  const command = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  execFile(command, [url], () => undefined).unref();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name) => {
    const at = process.argv.indexOf(`--${name}`);
    return at > 0 ? process.argv[at + 1] : undefined;
  };
  try {
    const { url } = await startDemo({
      ...(option('port') ? { port: Number(option('port')) } : {}),
      ...(option('prometheus') ? { prometheus: option('prometheus') } : {}),
      ...(option('policy') ? { policy: option('policy') } : {}),
      ...(option('host') ? { host: option('host') } : {}),
      open: process.argv.includes('--open'),
    });
    console.log(`Heed demo: ${url}`);
  } catch (error) {
    console.error(`demo: ${error.message}`);
    process.exit(1);
  }
}
