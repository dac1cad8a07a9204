import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from './config.js';
import { configJsonSchema, configSchema } from './schema.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('the configurations in docs are right', () => {
  const [page] = [...read('docs/operations.md').matchAll(/^```yaml\n(# heed\.yaml.*?)^```$/gms)].map(
    ([, text]) => text!,
  );
  const config = parseConfig(page!, 'docs/operations.md');
  expect(config.queries[0]!.chooseJudgment({ job: 'canary' })).toBeUndefined();
  expect(config.queries[0]!.chooseJudgment({ job: 'checkout' })!.missingAfter).toBe(600_000);
  parseConfig(read('docs/deploy/heed.yaml'), 'docs/deploy/heed.yaml');
  // What is commented out is right as well, but for the files that it names.
  const commented = Object.keys(parse(page!.replace(/^ {4}# /gm, '    ')).sources.main as object);
  expect(Object.keys(configSchema.entries.sources.pipe[0].value.entries)).toEqual(
    expect.arrayContaining(commented),
  );
});

test('the manifests name files, ports and folders that agree', () => {
  const docker = read('docs/deploy/Dockerfile');
  for (const [, from] of docker.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const path of from!.split(' ')) expect([path, existsSync(join(root, path))]).toEqual([path, true]);
  }
  const compose = parse(read('docs/deploy/compose.yaml')) as {
    services: Record<string, { ports: string[] }>;
  };
  const config = parseConfig(read('docs/deploy/heed.yaml'));
  expect(compose.services['heed']!.ports[0]).toMatch(new RegExp(`:${config.server.port}$`));
  for (const { url } of [...Object.values(config.sources), ...config.outputs.alertmanager]) {
    expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
  }
  const documents = parseAllDocuments(read('docs/deploy/kubernetes.yaml')).map(
    (one) => one.toJS() as Record<string, never>,
  );
  const [map, set, service] = documents as unknown as [
    { data: Record<string, string> },
    {
      spec: {
        template: {
          spec: {
            containers: { ports: { containerPort: number }[]; volumeMounts: { mountPath: string }[] }[];
          };
        };
      };
    },
    { spec: { ports: { port: number }[] } },
  ];
  const inside = parseConfig(map.data['heed.yaml']!);
  const [container] = set.spec.template.spec.containers;
  expect(container!.ports[0]!.containerPort).toBe(inside.server.port);
  expect(service.spec.ports[0]!.port).toBe(inside.server.port);
  expect(container!.volumeMounts.map(({ mountPath }) => mountPath)).toContain(inside.state.path);
  expect(docker).toContain(`VOLUME ${inside.state.path!}`);
});

test('the manifests with Redis agree with the configuration as well', () => {
  const compose = parse(read('docs/deploy/compose-redis.yaml')) as {
    services: Record<string, { command?: string[]; environment?: Record<string, string>; expose?: string[] }>;
  };
  const { heed } = compose.services;
  const [flag, url] = heed!.command!;
  expect(flag).toBe('--redis');
  expect(Object.keys(compose.services)).toContain(new URL(url!).hostname);
  const plain = parseConfig(read('docs/deploy/heed.yaml'), 'heed.yaml', { redis: { url: url! } });
  expect(plain.redis).toMatchObject({ url, prefix: 'heed', shards: 64 });
  expect(heed!.expose).toEqual([String(plain.server.port)]);
  expect(Object.keys(heed!.environment!)).toEqual(['HEED_REDIS_PASSWORD']);

  const [map, deployment, service] = parseAllDocuments(read('docs/deploy/kubernetes-redis.yaml')).map(
    (one) => one.toJS() as never,
  ) as unknown as [
    { data: Record<string, string> },
    { spec: { template: { spec: { containers: { env: { name: string }[]; ports: object[] }[] } } } },
    { spec: { ports: { port: number }[] } },
  ];
  const [container] = deployment.spec.template.spec.containers;
  vi.stubEnv(container!.env[0]!.name, 'secret');
  const inside = parseConfig(map.data['heed.yaml']!);
  vi.unstubAllEnvs();
  expect(inside.redis!.password!()).toBe('secret');
  expect(container!.ports).toMatchObject([{ containerPort: inside.server.port }]);
  expect(service.spec.ports[0]!.port).toBe(inside.server.port);
});

test('the published JSON Schema is the one that heed serve --schema prints', () => {
  expect(JSON.parse(read('docs/deploy/heed.schema.json'))).toEqual(
    JSON.parse(JSON.stringify(configJsonSchema())),
  );
});
