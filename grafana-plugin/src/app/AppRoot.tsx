import { css } from '@emotion/css';
import { useEffect, useSyncExternalStore, type ComponentType } from 'react';
import type { AppRootProps } from '@grafana/data';
import type { AppSettings } from '../serve/incidents.js';
import { t } from '../shared/i18n.js';
import { PluginPage, locationService } from '@grafana/runtime';
import { Tab, TabsBar, useStyles2 } from '@grafana/ui';
import { ActivityPage } from './ActivityPage.js';
import { IncidentsPage } from './IncidentsPage.js';
import { ModelsPage } from './ModelsPage.js';
import type { PageProps } from './pages.js';
import { StartPage } from './StartPage.js';
import { TryPage } from './TryPage.js';

const pages: ReadonlyArray<{ id: string; title: () => string; Page: ComponentType<PageProps> }> = [
  { id: 'start', title: () => t('pages.start', 'Getting started'), Page: StartPage },
  { id: 'incidents', title: () => t('pages.incidents', 'Incidents'), Page: IncidentsPage },
  { id: 'activity', title: () => t('pages.activity', 'Activity'), Page: ActivityPage },
  { id: 'try', title: () => t('pages.try', 'Try it'), Page: TryPage },
  { id: 'models', title: () => t('pages.models', 'Models'), Page: ModelsPage },
];

/** Address of the page without a router of our own: Grafana's location service is the one that counts. */
function usePageId(): string {
  return useSyncExternalStore(
    (changed) => locationService.getHistory().listen(changed),
    () => locationService.getLocation().pathname.split('/').filter(Boolean)[2] ?? 'start',
  );
}

export function AppRoot({ meta }: AppRootProps<AppSettings>) {
  const id = usePageId();
  const styles = useStyles2(getStyles);
  const current = pages.find((page) => page.id === id) ?? pages[0]!;
  const base = `/a/${meta.id}`;
  useEffect(() => {
    document.title = `${current.title()} - Heed`;
  }, [current]);
  const { Page } = current;
  return (
    <PluginPage>
      <TabsBar>
        {pages.map((page) => (
          <Tab
            key={page.id}
            label={page.title()}
            href={`${base}/${page.id}`}
            active={page === current}
            onChangeTab={(event) => {
              event?.preventDefault();
              locationService.push(`${base}/${page.id}`);
            }}
          />
        ))}
      </TabsBar>
      <div className={styles.page}>
        <Page meta={meta} />
      </div>
    </PluginPage>
  );
}

// Tables and forms that are wider than a phone are moved sideways, not the page.
const getStyles = () => ({ page: css({ paddingTop: 16, maxWidth: 1200, overflowX: 'auto' }) });
