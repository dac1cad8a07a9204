// What Grafana sets on the singletons of its libraries before any plugin runs.
import type { ReactNode } from 'react';
import {
  AppEvents,
  EventBusSrv,
  setTimeZoneResolver,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type PanelData,
  type PanelPlugin,
  type ScopedVars,
} from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import * as runtime from '@grafana/runtime';
import { sceneGraph, type SceneObject } from '@grafana/scenes';
import type { DataSourceRef } from '@grafana/schema';
import { setPanelDataErrorView } from 'grafana-internal/PanelDataErrorView';
import { setPanelRenderer } from 'grafana-internal/PanelRenderer';
import { setPluginPage } from 'grafana-internal/PluginPage';
import i18next from 'i18next';
import { Observable, firstValueFrom, from } from 'rxjs';
import { initRegistries } from './registry.js';
import { runRequest } from './runRequest.js';

interface Entry {
  readonly settings: DataSourceInstanceSettings;
  readonly load: () => Promise<DataSourceApi>;
  api?: Promise<DataSourceApi>;
}

/** The data sources of the demo. */
export class DemoDataSourceSrv {
  private readonly byUid = new Map<string, Entry>();

  add(settings: DataSourceInstanceSettings, load: () => Promise<DataSourceApi>): void {
    this.byUid.set(settings.uid, { settings, load });
  }

  private find(ref?: DataSourceRef | string | null, vars?: ScopedVars): Entry | undefined {
    const raw = typeof ref === 'string' ? ref : ref?.uid;
    const uid = raw ? runtime.getTemplateSrv().replace(raw, vars) : undefined;
    if (!uid) return this.byUid.values().next().value;
    return this.byUid.get(uid) ?? [...this.byUid.values()].find((entry) => entry.settings.name === uid);
  }

  async get(ref?: DataSourceRef | string | null, vars?: ScopedVars): Promise<DataSourceApi> {
    const entry = this.find(ref, vars);
    if (!entry) throw new Error(`Data source ${JSON.stringify(ref)} was not found`);
    return (entry.api ??= entry.load());
  }

  getInstanceSettings(ref?: DataSourceRef | string | null, vars?: ScopedVars) {
    return this.find(ref, vars)?.settings;
  }

  getList(filters: runtime.GetDataSourceListFilters = {}) {
    return [...this.byUid.values()]
      .map((entry) => entry.settings)
      .filter(
        (settings) =>
          (!filters.metrics || settings.meta.metrics) &&
          (!filters.annotations || settings.meta.annotations) &&
          (!filters.pluginId || settings.meta.id === filters.pluginId) &&
          (!filters.type || [filters.type].flat().includes(settings.type)) &&
          (!filters.filter || filters.filter(settings)),
      );
  }

  async reload(): Promise<void> {}
  registerRuntimeDataSource(): void {}
}

/** Variables are resolved through the scene that the request belongs to. */
const templateSrv = {
  getVariables: () => [],
  updateTimeRange: () => undefined,
  containsTemplate: (target?: string) => /\$\w|\$\{|\[\[/.test(target ?? ''),
  replace(target?: string, vars?: ScopedVars, format?: unknown): string {
    if (!target) return target ?? '';
    const scene =
      (vars?.__sceneObject?.value as { valueOf(): SceneObject } | undefined)?.valueOf() ??
      window.__grafanaSceneContext;
    if (scene) return sceneGraph.interpolate(scene as SceneObject, target, vars, format as never);
    return target.replace(/\$\{?(\w+)\}?/g, (all, name: string) =>
      vars?.[name] ? String(vars[name]!.value) : all,
    );
  },
};

declare global {
  interface Window {
    __grafanaSceneContext?: unknown;
  }
}

function http(options: runtime.BackendSrvRequest): Observable<runtime.FetchResponse<unknown>> {
  return from(
    fetch(options.url, {
      method: options.method ?? 'GET',
      ...(options.data
        ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(options.data) }
        : {}),
    }).then(async (response) => {
      const data: unknown = await response.json().catch(() => undefined);
      const { status, statusText, ok, headers, redirected, type, url } = response;
      const answer = { data, status, statusText, ok, headers, redirected, type, url, config: options };
      if (!ok) throw answer;
      return answer as runtime.FetchResponse<unknown>;
    }),
  );
}
const call = (method: string) => async (url: string, data?: unknown) =>
  (await firstValueFrom(http({ url, method, ...(method === 'GET' ? {} : { data }) }))).data;

/** Grafana knows the language of its reader before it loads plugins; a language counts that has some text. */
async function speak(language: string | undefined): Promise<void> {
  if (!language || language === 'en-US') return;
  i18next.addResourceBundle(language, 'demo', { demo: 'demo' });
  await i18next.changeLanguage(language);
}

export async function initRuntime(panels: Map<string, PanelPlugin>) {
  initRegistries();
  setTimeZoneResolver(() => runtime.config.bootData.user.timezone || 'browser');
  await initPluginTranslations('demo');
  await speak(runtime.config.bootData.user.language);
  const events = new EventBusSrv();
  events.subscribe(AppEvents.alertError as never, (event: unknown) => console.error('alert', event));
  runtime.setAppEvents(events);
  runtime.setEchoSrv({
    addEvent: () => undefined,
    addBackend: () => undefined,
    flush: () => undefined,
    onInteraction: () => () => undefined,
  } as unknown as runtime.EchoSrv);
  runtime.setTemplateSrv(templateSrv as unknown as runtime.TemplateSrv);
  runtime.setBackendSrv({
    get: call('GET'),
    delete: call('DELETE'),
    post: call('POST'),
    patch: call('PATCH'),
    put: call('PUT'),
    request: async (options: runtime.BackendSrvRequest) => (await firstValueFrom(http(options))).data,
    datasourceRequest: (options: runtime.BackendSrvRequest) => firstValueFrom(http(options)),
    fetch: http,
    chunked: http,
  } as unknown as runtime.BackendSrv);
  runtime.setLocationSrv({ update: (options) => runtime.locationService.partial(options.query ?? {}) });
  runtime.setRunRequest(runRequest as never);
  runtime.setCurrentUser?.(runtime.config.bootData.user as never);
  runtime.setPluginImportUtils({
    importPanelPlugin: async (id) => {
      const found = panels.get(id);
      if (!found) throw new Error(`the demo has no panel "${id}"`);
      return found;
    },
    getPanelPluginFromCache: (id) => panels.get(id),
  });
  runtime.setPluginLinksHook(() => ({ links: [], isLoading: false }));
  runtime.setPluginComponentsHook(() => ({ components: [], isLoading: false }));
  runtime.setPluginComponentHook(() => ({ component: null, isLoading: false }));
  runtime.setPluginFunctionsHook(() => ({ functions: [], isLoading: false }));
  runtime.setReturnToPreviousHook(() => () => undefined);
  runtime.setChromeHeaderHeightHook(() => 0);
  (runtime as { setMegaMenuOpenHook?: (hook: unknown) => void }).setMegaMenuOpenHook?.(() => [
    false,
    () => undefined,
  ]);
  setPluginPage(({ children }: { children: ReactNode }) => (
    <div style={{ padding: 'clamp(0px, 2vw, 16px)' }}>{children}</div>
  ));
  setPanelRenderer(() => null);
  setPanelDataErrorView(({ data, message }: { data: PanelData; message?: string }) => (
    <div data-testid="panel-data-error" style={{ padding: 16, textAlign: 'center' }}>
      {message ?? data.error?.message ?? 'No data'}
    </div>
  ));
  const sources = new DemoDataSourceSrv();
  runtime.setDataSourceSrv(sources as unknown as runtime.DataSourceSrv);
  return { sources, events };
}
