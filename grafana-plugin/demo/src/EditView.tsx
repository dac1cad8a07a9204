// Stands in for Grafana's panel editor: the plugin's query editor and its options around a live panel.
import { useEffect, useState, type ComponentType } from 'react';
import {
  PanelOptionsEditorBuilder,
  type DataSourceApi,
  type PanelPlugin,
  type StandardEditorProps,
} from '@grafana/data';
import {
  EmbeddedScene,
  SceneFlexItem,
  SceneFlexLayout,
  SceneQueryRunner,
  SceneTimePicker,
  SceneTimeRange,
  VizPanel,
} from '@grafana/scenes';
import type { DataQuery } from '@grafana/schema';
import { Field } from '@grafana/ui';
import { css } from '@emotion/css';
import { cloneDeep, get, set } from 'lodash';

interface Props {
  readonly plugin: PanelPlugin;
  readonly source: DataSourceApi;
  readonly query: DataQuery;
  /** Default the last half hour. */
  readonly range?: { readonly from: string; readonly to: string };
}

/** Addresses name moments as Explore does: `now-1h`, or epoch ms. */
const momentOf = (text: string) => (/^\d+$/.test(text) ? new Date(Number(text)).toISOString() : text);

export function EditView({ plugin, source, query: first, range }: Props) {
  const [query, setQuery] = useState(first);
  const [{ scene, runner, panel }] = useState(() => {
    const runner = new SceneQueryRunner({ datasource: source.getRef(), queries: [first as never] });
    const panel = new VizPanel({ title: 'Preview', pluginId: plugin.meta.id, $data: runner });
    const scene = new EmbeddedScene({
      $timeRange: new SceneTimeRange(
        range ? { from: momentOf(range.from), to: momentOf(range.to) } : { from: 'now-30m', to: 'now' },
      ),
      controls: [new SceneTimePicker({})],
      body: new SceneFlexLayout({ children: [new SceneFlexItem({ body: panel })] }),
    });
    return { scene, runner, panel };
  });
  useEffect(() => scene.activate(), [scene]);
  const { options } = panel.useState();
  const { data } = runner.useState();
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- options of any panel
  const builder = new PanelOptionsEditorBuilder<any>();
  plugin.getPanelOptionsSupplier()(builder, { data: data?.series ?? [], options });
  const items = panel.getPlugin() && Object.keys(options).length > 0 ? builder.getItems() : [];
  const QueryEditor = source.components!.QueryEditor!;
  return (
    <div
      className={css({
        display: 'grid',
        gridTemplateColumns: 'minmax(0, 1fr) 320px',
        gap: 16,
        width: '100%',
        '@media (max-width: 800px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
      })}
    >
      <div style={{ display: 'flex', flexDirection: 'column', gap: 16, minWidth: 0 }}>
        <div style={{ height: 460, display: 'flex' }}>
          <scene.Component model={scene} />
        </div>
        <QueryEditor
          datasource={source}
          query={query}
          {...(data ? { data } : {})}
          onChange={(next) => {
            setQuery(next);
            runner.setState({ queries: [next as never] });
          }}
          onRunQuery={() => runner.runQueries()}
        />
      </div>
      <div data-testid="options-pane" style={{ overflow: 'auto', maxHeight: '90vh', paddingRight: 8 }}>
        {items
          .filter((item) => !item.showIf || item.showIf(options))
          .map((item) => {
            const Editor = item.editor as ComponentType<StandardEditorProps>;
            return (
              <Field
                key={item.id}
                label={`${item.category?.[0] ? `${item.category[0]}: ` : ''}${item.name}`}
                description={item.description}
              >
                <Editor
                  item={item as never}
                  id={item.id}
                  value={get(options, item.path) ?? item.defaultValue}
                  context={{ data: data?.series ?? [], options }}
                  onChange={(value: unknown) =>
                    panel.onOptionsChange(set(cloneDeep(options) as object, item.path, value), true)
                  }
                />
              </Field>
            );
          })}
      </div>
    </div>
  );
}
