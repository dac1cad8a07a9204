// Loads built plugins as Grafana does: SystemJS with AMD modules and shared singletons by bare name.
import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import type { PluginMeta } from '@grafana/data';

type Module = Record<string, unknown> & { default?: Record<string, unknown> };

const shared: Record<string, () => Promise<Module>> = {
  react: () => import('react') as Promise<unknown> as Promise<Module>,
  'react/jsx-runtime': () => import('react/jsx-runtime') as Promise<Module>,
  'react-dom': () => import('react-dom') as Promise<unknown> as Promise<Module>,
  'react-dom/client': () => import('react-dom/client') as Promise<unknown> as Promise<Module>,
  rxjs: () => import('rxjs'),
  lodash: () => import('lodash') as Promise<unknown> as Promise<Module>,
  i18next: () => import('i18next') as Promise<unknown> as Promise<Module>,
  '@emotion/css': () => import('@emotion/css') as Promise<unknown> as Promise<Module>,
  '@emotion/react': () => import('@emotion/react') as Promise<unknown> as Promise<Module>,
  '@grafana/data': () => import('@grafana/data') as Promise<unknown> as Promise<Module>,
  '@grafana/runtime': () => import('@grafana/runtime') as Promise<unknown> as Promise<Module>,
  '@grafana/ui': () => import('@grafana/ui') as Promise<unknown> as Promise<Module>,
};

export async function initLoader(): Promise<void> {
  const imports: Record<string, string> = {};
  await Promise.all(
    Object.entries(shared).map(async ([name, load]) => {
      const module = await load();
      // A bundled CommonJS module may come as nothing but a default export.
      const spread = module.default && Object.keys(module).length === 1;
      System.set(`shared:${name}`, spread ? { ...module.default, default: module.default } : module);
      imports[name] = `shared:${name}`;
    }),
  );
  System.addImportMap({ imports });
}

export async function importPlugin<P extends { meta: object }>(id: string): Promise<P> {
  const base = `/public/plugins/${id}`;
  const [meta, module] = await Promise.all([
    fetch(`${base}/plugin.json`).then((response) => response.json() as Promise<PluginMeta>),
    System.import(new URL(`${base}/module.js`, location.href).href) as Promise<{ plugin: P }>,
  ]);
  const { plugin } = module;
  plugin.meta = { ...meta, module: `${base.slice(1)}/module.js`, baseUrl: base.slice(1) } as never;
  return plugin;
}
