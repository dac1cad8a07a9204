import type { AppPluginMeta } from '@grafana/data';
import type { AppSettings } from '../serve/incidents.js';

/** What the pages of the app are given. */
export interface PageProps {
  readonly meta: AppPluginMeta<AppSettings>;
}
