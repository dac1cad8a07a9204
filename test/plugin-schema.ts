/**
 * JSON Schema of Grafana's plugin.json for the kinds of plugins we ship: the fields, their types and patterns as
 * documented at https://grafana.com/developers/plugin-tools/reference/plugin-json (the reference generated from
 * plugin.schema.json, whose address every plugin.json names as `$schema`). No package on npm carries that file, and
 * the one in Grafana's repository is AGPL, so the rules are written down here. Stricter than the original where it is
 * silent: no property that the reference does not name, nowhere.
 */
const text = { type: 'string', minLength: 1 } as const;
const flag = { type: 'boolean' } as const;
const url = { type: 'string', pattern: '^https?://[^\\s]+$' } as const;
const object = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const listOf = (items: unknown, minItems = 0) => ({ type: 'array', items, minItems });

const id = { type: 'string', pattern: '^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$' };
const svg = { type: 'string', pattern: '\\.svg$' };

const info = object(
  {
    author: object({ name: text, email: { type: 'string', pattern: '^\\S+@\\S+$' }, url }),
    description: text,
    keywords: listOf(text, 1),
    links: listOf(object({ name: text, url }, ['name', 'url'])),
    logos: object({ small: svg, large: svg }, ['small', 'large']),
    screenshots: listOf(object({ name: text, path: text }, ['name', 'path'])),
    updated: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    version: { type: 'string', pattern: '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$' },
  },
  ['logos', 'version', 'updated', 'keywords'],
);

const dependencies = object(
  {
    grafanaDependency: {
      type: 'string',
      pattern:
        '^(<=|>=|<|>|=|~|\\^)?[0-9]+(\\.[0-9x*]+)(\\.[0-9x*]+)?(\\s(<=|>=|<|=>)?[0-9]+(\\.[0-9x]+)(\\.[0-9x]+))?$',
    },
    plugins: listOf(
      object({ id, name: text, type: { enum: ['app', 'datasource', 'panel'] }, version: text }, [
        'id',
        'name',
        'type',
        'version',
      ]),
    ),
    extensions: object({ exposedComponents: listOf(text) }),
  },
  ['grafanaDependency'],
);

const include = object(
  {
    type: { enum: ['dashboard', 'page', 'panel', 'datasource'] },
    name: text,
    path: text,
    uid: text,
    role: { enum: ['Admin', 'Editor', 'Viewer', 'None'] },
    action: text,
    addToNav: flag,
    defaultNav: flag,
    icon: text,
  },
  ['type', 'name'],
);

const common = { $schema: url, id, name: text, info, dependencies };
const required = ['id', 'type', 'name', 'info', 'dependencies'];
const kinds = {
  app: {
    autoEnabled: flag,
    preload: flag,
    includes: listOf(include),
    languages: listOf(text),
    extensions: object({
      addedLinks: listOf(
        object({ targets: listOf(text, 1), title: text, description: text }, ['targets', 'title']),
        1,
      ),
    }),
    routes: listOf(
      object(
        {
          path: text,
          method: { enum: ['GET', 'POST', 'PUT', 'DELETE', '*'] },
          url: text,
          reqRole: { enum: ['Admin', 'Editor', 'Viewer'] },
          headers: listOf(object({ name: text, content: text }, ['name', 'content'])),
        },
        ['path', 'url'],
      ),
    ),
  },
  panel: { state: { enum: ['alpha', 'beta'] }, skipDataQuery: flag, suggestions: flag, hideFromList: flag },
  datasource: {
    category: {
      enum: ['tsdb', 'logging', 'cloud', 'tracing', 'profiling', 'sql', 'enterprise', 'iot', 'other'],
    },
    metrics: flag,
    logs: flag,
    tracing: flag,
    annotations: flag,
    streaming: flag,
    alerting: flag,
    backend: flag,
    queryOptions: object({ maxDataPoints: flag, minInterval: flag, cacheTimeout: flag }),
  },
};

/** By the plugin's type. */
export const pluginSchemas = Object.fromEntries(
  Object.entries(kinds).map(([type, own]) => {
    const ending = `-${type}$`;
    return [
      type,
      object(
        {
          ...common,
          type: { const: type },
          id: { allOf: [id, { type: 'string', pattern: ending }] },
          ...own,
        },
        required,
      ),
    ];
  }),
) as Record<keyof typeof kinds, object>;
