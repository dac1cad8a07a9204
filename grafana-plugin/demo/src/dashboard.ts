// Builds a scene from a dashboard's JSON model, so that the demo's dashboards are ordinary Grafana dashboards.
import type { VizPanelState } from '@grafana/scenes';
import {
  AdHocFiltersVariable,
  CustomVariable,
  EmbeddedScene,
  SceneControlsSpacer,
  SceneDataLayerControls,
  SceneDataLayerSet,
  SceneGridItem,
  SceneGridLayout,
  SceneQueryRunner,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  TextBoxVariable,
  VariableValueSelectors,
  VizPanel,
  VizPanelMenu,
  behaviors,
  dataLayers,
  type SceneObject,
  type SceneVariable,
  sceneGraph,
} from '@grafana/scenes';
import { DashboardCursorSync, type DataQuery, type DataSourceRef } from '@grafana/schema';
import type { PluginExtensionAddedLinkConfig } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { keepFeedback, savedFeedback } from './savedFeedback.js';

export interface PanelView {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: DataSourceRef;
  readonly targets?: readonly DataQuery[];
  readonly options?: Record<string, unknown>;
  readonly fieldConfig?: VizPanelState['fieldConfig'];
  readonly maxDataPoints?: number;
}

export interface DashboardView {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly panels: readonly PanelView[];
  readonly time?: { readonly from: string; readonly to: string };
  readonly refresh?: string;
  readonly timezone?: string;
  readonly templating?: {
    readonly list: ReadonlyArray<{
      type: string;
      name: string;
      label?: string;
      query?: string;
      current?: { value: string };
    }>;
  };
  readonly annotations?: {
    readonly list: ReadonlyArray<{
      name: string;
      enable: boolean;
      iconColor: string;
      datasource: DataSourceRef;
      target?: DataQuery;
    }>;
  };
}

export function buildScene(model: DashboardView, links: readonly AddedLink[] = []): EmbeddedScene {
  const panels = model.panels.map((panel) => buildPanel(model.uid, panel, links));
  const layers = (model.annotations?.list ?? []).map(
    (annotation) =>
      new dataLayers.AnnotationsDataLayer({
        name: annotation.name,
        isEnabled: annotation.enable,
        query: annotation as never,
      }),
  );
  const variables: SceneVariable[] = (model.templating?.list ?? []).map((variable) => {
    const common = { name: variable.name, ...(variable.label ? { label: variable.label } : {}) };
    if (variable.type === 'textbox')
      return new TextBoxVariable({ ...common, value: variable.current?.value ?? '' });
    if (variable.type === 'adhoc') return new AdHocFiltersVariable(common);
    return new CustomVariable({
      ...common,
      query: variable.query ?? '',
      value: variable.current?.value ?? '',
      text: variable.current?.value ?? '',
    });
  });
  const controls: SceneObject[] = [
    new VariableValueSelectors({}),
    new SceneDataLayerControls(),
    new SceneControlsSpacer(),
    new SceneTimePicker({}),
    new SceneRefreshPicker({ refresh: model.refresh ?? '', intervals: ['2s', '5s', '10s', '30s', '1m'] }),
  ];
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange({ from: model.time?.from ?? 'now-1h', to: model.time?.to ?? 'now' }),
    $variables: new SceneVariableSet({ variables }),
    $behaviors: [new behaviors.CursorSync({ key: 'cursor', sync: DashboardCursorSync.Crosshair })],
    ...(layers.length > 0 ? { $data: new SceneDataLayerSet({ layers }) } : {}),
    controls,
    body: new SceneGridLayout({ isDraggable: false, isResizable: false, isLazy: false, children: panels }),
  });
}

function buildPanel(uid: string, panel: PanelView, links: readonly AddedLink[]): SceneGridItem {
  const viz = new VizPanel({
    key: `panel-${panel.id}`,
    title: panel.title ?? '',
    ...(panel.description ? { description: panel.description } : {}),
    pluginId: panel.type,
    options: { ...panel.options, ...savedFeedback(uid, panel) },
    fieldConfig: panel.fieldConfig ?? { defaults: {}, overrides: [] },
    ...(panel.targets
      ? {
          $data: new SceneQueryRunner({
            ...(panel.datasource ? { datasource: panel.datasource } : {}),
            queries: panel.targets as DataQuery[] as never,
            dataLayerFilter: { panelId: panel.id },
            ...(panel.maxDataPoints ? { maxDataPoints: panel.maxDataPoints } : {}),
          }),
        }
      : {}),
  });
  viz.addActivationHandler(() => addMenu(viz, panel, links));
  viz.addActivationHandler(() => keepFeedback(uid, panel, viz));
  const { x, y, w, h } = panel.gridPos;
  return new SceneGridItem({ x, y, width: w, height: h, body: viz });
}

/** Links that an app adds to the menus of panels, as Grafana asks for them. */
export type AddedLink = PluginExtensionAddedLinkConfig<object>;

function addMenu(viz: VizPanel, panel: PanelView, links: readonly AddedLink[]): void {
  const context = {
    pluginId: panel.type,
    id: panel.id,
    title: panel.title,
    targets: panel.targets?.map((target) => ({ datasource: panel.datasource, ...target })) ?? [],
    timeRange: sceneGraph.getTimeRange(viz).state.value.raw,
    scopedVars: { __sceneObject: { text: '', value: { valueOf: () => viz } } },
  };
  const items = links
    .filter(({ targets }) => targets.includes('grafana/dashboard/panel/menu'))
    .flatMap((link) => {
      const configured = link.configure ? link.configure(context) : {};
      if (!configured) return [];
      const { title, path, onClick, icon } = { ...link, ...configured };
      return [
        {
          text: title,
          ...(icon ? { iconClassName: icon } : {}),
          onClick: () => (path ? locationService.push(path) : onClick?.(undefined, { context } as never)),
        },
      ];
    });
  if (items.length > 0) viz.setState({ menu: new VizPanelMenu({ items }) });
}
