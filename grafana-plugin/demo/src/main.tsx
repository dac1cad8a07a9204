import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { css } from '@emotion/css';
import { MemoryRouter } from 'react-router-dom';
import {
  ThemeContext,
  createTheme,
  type AppPlugin,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourcePlugin,
  type GrafanaTheme2,
  type PanelPlugin,
} from '@grafana/data';
import { config, locationService } from '@grafana/runtime';
import type { EmbeddedScene, SceneTimeRange } from '@grafana/scenes';
import { GlobalStyles, PortalContainer, useStyles2 } from '@grafana/ui';
import { buildScene, type DashboardView } from './dashboard.js';
import { EditView } from './EditView.js';
import { importPlugin, initLoader } from './loader.js';
import { nodeGraphPlugin } from './panels/nodeGraph.js';
import { rowsPlugin } from './panels/rows.js';
import { timeSeriesPlugin } from './panels/timeSeries.js';
import { forgetFeedback } from './savedFeedback.js';
import { initRuntime, type DemoDataSourceSrv } from './shims.js';
import { onAnchorMove } from './sources/clock.js';
import { IncidentEditor, PromEditor, ScenarioEditor } from './sources/editors.js';
import { IncidentDataSource } from './sources/incident.js';
import { PrometheusDataSource, firstQuery } from './sources/prometheus.js';
import { ScenarioDataSource } from './sources/scenario.js';
import { mountStepwise, warmUp } from './stepwise.js';
import fleet from '../dashboards/fleet.json';
import incident from '../dashboards/incident.json';
import pods from '../dashboards/pods.json';
import prometheus from '../dashboards/prometheus.json';
import services from '../dashboards/services.json';
import system from '../dashboards/system.json';

const heed = { type: 'heed-anomaly-datasource', uid: 'heed' };
const appId = 'heed-anomaly-app';

const dashboards = [incident, fleet, pods, system, services] as unknown as DashboardView[];

const tabsOf = () => [
  ...dashboards.map(({ uid, title }) => ({ path: `/d/${uid}`, title })),
  { path: '/edit', title: 'Edit a panel' },
  { path: `/a/${appId}/start`, title: 'App' },
];

function settingsOf(uid: string, type: string, name: string, meta: object): DataSourceInstanceSettings {
  return {
    uid,
    id: 1,
    name,
    type,
    meta,
    jsonData: {},
    access: 'proxy',
    readOnly: false,
  } as unknown as DataSourceInstanceSettings;
}

async function addSources(sources: DemoDataSourceSrv): Promise<void> {
  const demo = (await (await fetch('/api/demo')).json()) as { prometheus: string | null };
  if (demo.prometheus !== null) dashboards.push(prometheus as unknown as DashboardView);
  const own: Array<
    [string, string, new (settings: DataSourceInstanceSettings) => DataSourceApi<never>, unknown]
  > = [
    ['incident', 'Recorded incident', IncidentDataSource as never, IncidentEditor],
    ['scenario', 'Scenarios', ScenarioDataSource as never, ScenarioEditor],
    ...(demo.prometheus !== null
      ? [['prometheus', 'Prometheus', PrometheusDataSource, PromEditor] as never]
      : []),
  ];
  for (const [uid, name, Source, QueryEditor] of own) {
    const settings = settingsOf(uid, uid, name, {
      id: uid,
      name,
      metrics: true,
      annotations: false,
      info: { logos: { small: '/favicon.ico', large: '/favicon.ico' } },
    });
    sources.add(settings, async () => {
      const source = new Source(settings);
      source.components = { QueryEditor } as never;
      source.meta = settings.meta;
      return source as unknown as DataSourceApi;
    });
  }
  const plugin = await importPlugin<DataSourcePlugin<DataSourceApi>>(heed.type);
  const settings = settingsOf(heed.uid, heed.type, 'Heed', plugin.meta);
  sources.add(settings, async () => {
    const source = new plugin.DataSourceClass(settings);
    source.components = plugin.components;
    source.meta = plugin.meta as never;
    return source;
  });
}

function usePath(): string {
  return useSyncExternalStore(
    (changed) => locationService.getHistory().listen(changed),
    () => locationService.getLocation().pathname,
  );
}

function Shell({
  theme,
  sources,
  panel,
  app,
}: {
  theme: GrafanaTheme2;
  sources: DemoDataSourceSrv;
  panel: PanelPlugin;
  app: AppPlugin;
}) {
  const path = usePath();
  const tabs = tabsOf();
  const isDark = theme.isDark;
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <img src="/favicon.ico" alt="" width={24} height={24} />
        <b className={styles.name}>Heed demo</b>
        <nav className={styles.nav} aria-label="Demo">
          {tabs.map((tab) => {
            const active =
              path === tab.path ||
              (tab.path.startsWith('/a/') && path.startsWith('/a/')) ||
              (path === '/' && tab === tabs[0]);
            return (
              <a
                key={tab.path}
                href={tab.path}
                aria-current={active ? 'page' : undefined}
                onClick={(event) => {
                  event.preventDefault();
                  locationService.push(tab.path);
                }}
              >
                {tab.title}
              </a>
            );
          })}
        </nav>
        <span className={styles.actions}>
          <Plain
            onClick={() => {
              forgetFeedback();
              location.reload();
            }}
          >
            Forget feedback
          </Plain>
          <Plain
            onClick={() => {
              localStorage.setItem('demo.theme', isDark ? 'light' : 'dark');
              location.reload();
            }}
          >
            {isDark ? 'Light' : 'Dark'} theme
          </Plain>
        </span>
      </header>
      <main className={styles.main}>
        <Page key={path} path={path} sources={sources} panel={panel} app={app} />
      </main>
    </div>
  );
}

/** One row of tabs, which on a phone stands below the name and is moved sideways. */
const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    minHeight: '100vh',
    background: theme.colors.background.canvas,
    color: theme.colors.text.primary,
  }),
  header: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '4px 8px',
    padding: '8px 16px',
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    background: theme.colors.background.primary,
    '@media (max-width: 1000px)': { padding: '6px 12px', '& nav': { order: 1, flexBasis: '100%' } },
  }),
  name: css({ whiteSpace: 'nowrap', marginRight: 8 }),
  nav: css({
    display: 'flex',
    gap: 4,
    minWidth: 0,
    overflowX: 'auto',
    scrollbarWidth: 'none',
    '& a': { padding: '4px 10px', borderRadius: 4, whiteSpace: 'nowrap', color: theme.colors.text.primary },
    '& a[aria-current]': { background: theme.colors.action.selected },
  }),
  actions: css({ marginLeft: 'auto', display: 'flex', gap: 4 }),
  main: css({ padding: 16, display: 'flex', '@media (max-width: 600px)': { padding: 8 } }),
});

function Plain({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      onClick={onClick}
      style={{
        background: 'none',
        border: 0,
        color: 'inherit',
        cursor: 'pointer',
        opacity: 0.8,
        whiteSpace: 'nowrap',
      }}
    >
      {children}
    </button>
  );
}

function Page({
  path,
  sources,
  panel,
  app,
}: {
  path: string;
  sources: DemoDataSourceSrv;
  panel: PanelPlugin;
  app: AppPlugin;
}) {
  const [source, setSource] = useState<DataSourceApi>();
  useEffect(() => {
    if (path === '/edit' || path === '/explore') void sources.get('heed').then(setSource);
  }, [path, sources]);
  if (path.startsWith('/a/')) {
    const Root = app.root!;
    return (
      <div style={{ width: '100%', minWidth: 0 }}>
        <Root
          basename={`/a/${appId}`}
          path={path}
          query={{}}
          meta={app.meta as never}
          onNavChanged={() => undefined}
        />
      </div>
    );
  }
  const Settings = path === `/plugins/${appId}` ? app.configPages?.[0]?.body : undefined;
  if (Settings) return <Settings plugin={app as never} query={{}} />;
  if (path === '/explore') {
    const { queries, range } = exploredPane();
    return source ? (
      <EditView plugin={panel} source={source} query={queries[0] as never} range={range} />
    ) : null;
  }
  if (path === '/edit') {
    const query = {
      refId: 'A',
      datasource: heed,
      source: { type: 'incident', uid: 'incident' },
      inner: { refId: 'A', columns: ['http_request_duration_p95_seconds'] },
    };
    return source ? <EditView plugin={panel} source={source} query={query as never} /> : null;
  }
  return <DashboardPage path={path} links={app.addedLinkConfigs} />;
}

/** What Explore is asked to show. */
function exploredPane(): { queries: object[]; range: { from: string; to: string } } {
  const panes = new URLSearchParams(locationService.getLocation().search).get('panes') ?? '{}';
  return Object.values(JSON.parse(panes) as Record<string, never>)[0] ?? { queries: [], range: {} as never };
}

function DashboardPage({ path, links }: { path: string; links: AppPlugin['addedLinkConfigs'] }) {
  const [scene, setScene] = useState<EmbeddedScene>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let deactivate: (() => void) | undefined;
    let stop: (() => void) | undefined;
    let live = true;
    void modelOf(path).then(
      (model) => {
        if (!live) return;
        const next = buildScene(model, links);
        deactivate = next.activate();
        window.demo = { ...window.demo!, scene: next, mounting: true };
        setScene(next);
        stop = onAnchorMove(() => (next.state.$timeRange as SceneTimeRange).onRefresh());
        return mountStepwise(next, () => live).then(() => {
          if (live) window.demo!.mounting = false;
        });
      },
      (error: Error) => live && setProblem(error.message),
    );
    return () => {
      live = false;
      stop?.();
      deactivate?.();
    };
  }, [path, links]);
  if (problem) return <div role="alert">{problem}</div>;
  return scene ? <scene.Component model={scene} /> : null;
}

/** Dashboards of the demo, those saved while it runs, and one that a test wrote into the session. */
async function modelOf(path: string): Promise<DashboardView> {
  const uid = path === '/' ? dashboards[0]!.uid : path.split('/')[2];
  const known = dashboards.find((dashboard) => dashboard.uid === uid);
  if (known?.uid === prometheus.uid) return withQuery(known, await firstQuery());
  if (known) return known;
  const session = sessionStorage.getItem(`demo.dashboard.${uid}`);
  if (session) return JSON.parse(session) as DashboardView;
  const response = await fetch(`/api/dashboards/uid/${encodeURIComponent(uid ?? '')}`);
  if (!response.ok) throw new Error(`There is no dashboard "${uid}".`);
  return ((await response.json()) as { dashboard: DashboardView }).dashboard;
}

/** The dashboard with a query to begin with in its text box. */
function withQuery(model: DashboardView, promql: string): DashboardView {
  const list = model.templating!.list.map((variable) => ({ ...variable, current: { value: promql } }));
  return { ...model, templating: { list } };
}

declare global {
  interface Window {
    /** For tests and the curious; while `mounting`, not all panels of the scene are there yet. */
    demo?: { ready: boolean; sources: DemoDataSourceSrv; scene?: EmbeddedScene; mounting?: boolean };
  }
}

async function main(): Promise<void> {
  const panels = new Map<string, PanelPlugin>();
  const { sources } = await initRuntime(panels);
  await initLoader();
  const panel = await importPlugin<PanelPlugin>('heed-anomaly-panel');
  const standIn = (id: string, plugin: PanelPlugin) => {
    plugin.meta = { ...panel.meta, id, name: id };
    panels.set(id, plugin);
  };
  panels.set('heed-anomaly-panel', panel);
  standIn('timeseries', timeSeriesPlugin as unknown as PanelPlugin);
  standIn('nodeGraph', nodeGraphPlugin as unknown as PanelPlugin);
  standIn('table', rowsPlugin as unknown as PanelPlugin);
  await addSources(sources);
  const app = await importPlugin<AppPlugin>(appId);
  Object.assign(app.meta, await (await fetch(`/api/plugins/${appId}/settings`)).json());
  await warmUp();
  const theme = createTheme({ colors: { mode: config.bootData.user.theme === 'light' ? 'light' : 'dark' } });
  createRoot(document.getElementById('root')!).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <style>{'body { margin: 0 }'}</style>
      <MemoryRouter>
        <Shell theme={theme} sources={sources} panel={panel} app={app} />
      </MemoryRouter>
      <PortalContainer />
    </ThemeContext.Provider>,
  );
  window.demo = { ready: true, sources };
}

main().catch((error: unknown) => {
  console.error('the demo could not start', error);
  document.getElementById('root')!.textContent =
    `The demo could not start: ${error instanceof Error ? error.stack : String(error)}`;
});
