import type {
  DataSourceApi,
  DataSourceInstanceSettings,
  PluginExtensionAddedLinkConfig,
  RawTimeRange,
  ScopedVars,
} from '@grafana/data';
import { getDataSourceSrv, locationService } from '@grafana/runtime';
import type { DataQuery, DataSourceRef } from '@grafana/schema';
import { dataSourceId, newQuery, type HeedQuery } from '../datasource/types.js';
import { t } from '../shared/i18n.js';

/** What a panel's menu and Explore tell of what they show. */
export interface QueryContext {
  readonly targets?: readonly DataQuery[];
  readonly timeRange?: RawTimeRange;
  readonly scopedVars?: ScopedVars;
}

interface Target {
  readonly query: DataQuery;
  readonly source: DataSourceRef;
}

/** Queries that Heed can wrap, each with its source; of expressions, hidden queries and our own there is nothing to wrap. */
function wrappable({ targets = [] }: QueryContext): Target[] {
  const usual = getDataSourceSrv().getInstanceSettings(null);
  return targets.flatMap((query) => {
    const { type, uid } = query.datasource ?? usual ?? {};
    const isOther = type === '__expr__' || uid === undefined || uid.startsWith('-- ');
    return query.hide || isOther || type === dataSourceId ? [] : [{ query, source: { type: type!, uid } }];
  });
}

const heedSource = (): DataSourceInstanceSettings | undefined =>
  getDataSourceSrv().getList({ type: dataSourceId })[0];

/** Address of Explore with these queries inside queries of ours. */
export function exploreAddress(
  heed: Pick<DataSourceInstanceSettings, 'uid'>,
  targets: readonly Target[],
  range: RawTimeRange | undefined,
): string {
  const queries = targets.map(({ query, source }): HeedQuery => {
    const { refId } = query;
    return {
      ...newQuery,
      refId,
      datasource: { type: dataSourceId, uid: heed.uid },
      source,
      inner: { ...query, datasource: source } as HeedQuery['inner'] & object,
    };
  });
  const panes = {
    heed: {
      datasource: heed.uid,
      queries,
      range: { from: toText(range?.from), to: toText(range?.to, 'now') },
    },
  };
  return `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`;
}

/** As Explore writes times in its address: `now-1h`, or epoch ms; it does not read ISO 8601. */
function toText(time: RawTimeRange['from'] | undefined, otherwise = 'now-1h'): string {
  if (time === undefined) return otherwise;
  if (typeof time !== 'string') return String(time.valueOf());
  const moment = /^\d{4}-/.test(time) ? Date.parse(time) : NaN;
  return Number.isNaN(moment) ? time : String(moment);
}

/** With the values of the dashboard's variables, which Explore does not know. */
async function resolved({ query, source }: Target, scopedVars: ScopedVars): Promise<Target> {
  const api: DataSourceApi = await getDataSourceSrv().get(source, scopedVars);
  // A source may be named by a variable, too.
  const ref = api.getRef?.() ?? source;
  const [plain = query] = api.interpolateVariablesInQueries?.([query], scopedVars) ?? [];
  return { query: plain, source: { type: ref.type ?? source.type!, uid: ref.uid ?? source.uid! } };
}

/** "Find anomalies" in the menus of panels and in Explore: the same query, watched by Heed. */
export const findAnomalies: PluginExtensionAddedLinkConfig<QueryContext> = {
  // As in plugin.json, which is how Grafana knows of it before the app is loaded.
  title: 'Find anomalies',
  description: 'Opens the query in Explore, with what was expected and the anomalies',
  targets: ['grafana/dashboard/panel/menu', 'grafana/explore/toolbar/action'],
  icon: 'heart-rate',
  configure: (context) => {
    if (!context || wrappable(context).length === 0) return undefined;
    const words = {
      title: t('link.title', 'Find anomalies'),
      description: t(
        'link.description',
        'Opens the query in Explore, with what was expected and the anomalies',
      ),
    };
    // Without the data source there is one step to do first, and the page says which.
    return heedSource() ? words : { ...words, path: '/a/heed-anomaly-app/start' };
  },
  onClick: (_event, { context }) => {
    const heed = heedSource();
    if (!heed || !context) return locationService.push('/a/heed-anomaly-app/start');
    void Promise.all(wrappable(context).map((target) => resolved(target, context.scopedVars ?? {}))).then(
      (targets) => locationService.push(exploreAddress(heed, targets, context.timeRange)),
    );
  },
};
