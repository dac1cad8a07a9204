import { AppPlugin } from '@grafana/data';
import { AppRoot } from './app/AppRoot.js';
import { initTranslations } from './shared/i18n.js';

initTranslations();

export const plugin = new AppPlugin().setRootPage(AppRoot);
