import { AppPlugin } from '@grafana/data';
import { AppRoot } from './app/AppRoot.js';
import { ConfigPage } from './app/ConfigPage.js';
import { findAnomalies } from './extensions/findAnomalies.js';
import type { AppSettings } from './serve/incidents.js';
import { initTranslations } from './shared/i18n.js';

initTranslations();

export const plugin = new AppPlugin<AppSettings>().setRootPage(AppRoot).addLink(findAnomalies).addConfigPage({
  title: 'Configuration',
  icon: 'cog',
  id: 'configuration',
  body: ConfigPage,
});
